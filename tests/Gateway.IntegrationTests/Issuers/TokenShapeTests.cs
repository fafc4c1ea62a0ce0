using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Issuers;

/// <summary>Settings for tokens and keys of some providers: each accepts these tokens and no others.</summary>
public sealed class TokenShapeTests : IAsyncLifetime
{
    private const string Secret = "a secret of more than thirty-two bytes, as text";

    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _destination = await RecordingDestination.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _destination.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task Client_ids_accept_tokens_without_audience_of_these_clients_only()
    {
        await using var gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(_issuer, _destination).With("Gateway:Issuers:shop:ClientIds", """["job", "web"]"""));
        (string Claims, int Status)[] cases =
        [
            ("""{ "client_id": "job" }""", 200),
            ("""{ "client_id": "job", "aud": [] }""", 200),
            ("""{ "client_id": "job", "aud": null }""", 200),
            ("""{ "azp": "web" }""", 200),
            ("""{ "appid": "web" }""", 200),
            ("""{ "cid": "web" }""", 200),
            ("""{ "client_id": "", "azp": "web" }""", 200),
            ("""{ "client_id": "other", "aud": "shop-api" }""", 200),
            ("""{ "client_id": "other" }""", 401),
            ("""{ "client_id": "JOB" }""", 401),
            ("""{ "client_id": "other", "azp": "web" }""", 401),
            ("""{ "client_id": "job", "aud": "another-api" }""", 401),
            ("""{ "client_id": "job", "aud": ["account"] }""", 401),
            ("""{ "client_id": ["job"] }""", 401),
            ("{}", 401),
        ];

        foreach (var (claims, status) in cases)
        {
            (await StatusAsync(gateway, With(_issuer.Token().Without("aud").Without("client_id"), claims))).ShouldBe(status, claims);
        }
    }

    [Fact]
    public async Task Issuer_with_only_client_ids_rejects_tokens_with_an_audience()
    {
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(_issuer, _destination)
            .With("Gateway:Issuers:shop", $$"""{ "Issuer": "{{_issuer.Issuer}}", "ClientIds": ["job"], "Keys": { "Discovery": true } }"""));

        (await StatusAsync(gateway, With(_issuer.Token().Without("aud"), """{ "client_id": "job" }"""))).ShouldBe(200);
        (await StatusAsync(gateway, With(_issuer.Token(), """{ "client_id": "job" }"""))).ShouldBe(401);
    }

    [Fact]
    public async Task Token_without_issuer_goes_to_the_one_issuer_that_accepts_it_and_its_key_opens_no_other()
    {
        using var key = SigningKey.Secret(Encoding.ASCII.GetBytes(Secret));
        await using var gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(_issuer, _destination).With("Gateway:Issuers:app", """
                { "Issuer": "app", "Audiences": ["shop-api"], "AcceptWithoutIssuer": true, "Keys": { "SecretFile": "app.secret" }, "Algorithms": ["HS256"] }
                """),
            files: new Dictionary<string, string> { ["app.secret"] = Secret });

        (await StatusAsync(gateway, new TokenBuilder(key, "app", algorithm: "HS256"))).ShouldBe(200);
        (await StatusAsync(gateway, new TokenBuilder(key, "app", algorithm: "HS256").Without("iss"))).ShouldBe(200);
        (await StatusAsync(gateway, _issuer.Token())).ShouldBe(200);
        (await StatusAsync(gateway, new TokenBuilder(key, "other", algorithm: "HS256"))).ShouldBe(401);
        (await StatusAsync(gateway, new TokenBuilder(key, _issuer.Issuer, algorithm: "HS256"))).ShouldBe(401);
        (await StatusAsync(gateway, new TokenBuilder(key, "app", algorithm: "HS256").Without("iss").Without("aud"))).ShouldBe(401);
        (await StatusAsync(gateway, _issuer.Token().Without("iss"))).ShouldBe(401);
    }

    [Theory]
    [InlineData("Text", "YSBzZWNyZXQgb2YgbW9yZSB0aGFuIHRoaXJ0eS10d28gYnl0ZXM_", false)]
    [InlineData("Base64Url", "YSBzZWNyZXQgb2YgbW9yZSB0aGFuIHRoaXJ0eS10d28gYnl0ZXM_", true)]
    [InlineData("Base64", "YSBzZWNyZXQgb2YgbW9yZSB0aGFuIHRoaXJ0eS10d28gYnl0ZXM/", true)]
    public async Task Secret_is_decoded_from_its_file(string encoding, string line, bool isDecoded)
    {
        using var decoded = SigningKey.Secret("a secret of more than thirty-two bytes?"u8.ToArray());
        using var text = SigningKey.Secret(Encoding.ASCII.GetBytes(line));
        await using var gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(_destination).With("Gateway:Issuers:app", $$"""
                { "Issuer": "app", "Audiences": ["shop-api"], "Keys": { "SecretFile": "app.secret", "SecretEncoding": "{{encoding}}" }, "Algorithms": ["HS256"] }
                """),
            files: new Dictionary<string, string> { ["app.secret"] = line + "\n" });

        (await StatusAsync(gateway, new TokenBuilder(decoded, "app", algorithm: "HS256"))).ShouldBe(isDecoded ? 200 : 401);
        (await StatusAsync(gateway, new TokenBuilder(text, "app", algorithm: "HS256"))).ShouldBe(isDecoded ? 401 : 200);
    }

    [Fact]
    public async Task Http_is_allowed_for_keys_outside_development_and_key_fetches_send_a_user_agent()
    {
        var agents = new List<string>();
        _issuer.KeysHandler = context =>
        {
            lock (agents)
            {
                agents.Add(context.Request.Headers.UserAgent.ToString());
            }

            return ProviderAnswers.KeysAsync(_issuer, context);
        };
        await using var gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(_issuer, _destination).With(
                "Gateway:Issuers:shop:Keys", """{ "Discovery": true, "AllowHttp": true }"""),
            environment: "Production");

        (await StatusAsync(gateway, _issuer.Token())).ShouldBe(200);
        agents.ShouldNotBeEmpty();
        agents.ShouldAllBe(agent => agent.StartsWith("Gateway/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Http_issuer_is_accepted_when_the_keys_come_from_a_file()
    {
        const string Name = "http://adfs.example.com/adfs/services/trust";
        await using var gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(_destination)
                .With(
                    "Gateway:Issuers:adfs",
                    $$"""{ "Issuer": "{{Name}}", "Audiences": ["shop-api"], "Keys": { "JwksFile": "adfs.jwks" } }"""),
            files: new Dictionary<string, string> { ["adfs.jwks"] = new JsonObject { ["keys"] = new JsonArray(_issuer.Rsa.ToJwk()) }.ToJsonString() },
            environment: "Production");

        (await StatusAsync(gateway, new TokenBuilder(_issuer.Rsa, Name))).ShouldBe(200);
        (await StatusAsync(gateway, new TokenBuilder(_issuer.Rsa, Name.Replace("http:", "https:", StringComparison.Ordinal)))).ShouldBe(401);
    }

    [Fact]
    public async Task Id_token_for_a_listed_audience_is_rejected_and_an_access_token_with_nonce_passes()
    {
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(_issuer, _destination));
        TokenBuilder Bare() => _issuer.Token().WithHeader("typ", "JWT").Without("scope").Without("client_id");

        (await StatusAsync(gateway, With(Bare(), """{ "nonce": "n" }"""))).ShouldBe(401);
        (await StatusAsync(gateway, With(Bare(), """{ "nonce": "n", "typ": "Bearer" }"""))).ShouldBe(200);
        (await StatusAsync(gateway, With(Bare(), """{ "nonce": "n", "typ": "ID", "scope": "openid" }"""))).ShouldBe(401);
        (await StatusAsync(gateway, With(Bare(), """{ "scope": ["orders:read"], "sub": "", "sid": null }"""))).ShouldBe(200);
    }

    private static TokenBuilder With(TokenBuilder token, string claims)
    {
        foreach (var (name, value) in JsonNode.Parse(claims)!.AsObject())
        {
            token.With(name, value?.DeepClone());
        }

        return token;
    }

    private static async Task<int> StatusAsync(TestGateway gateway, TokenBuilder token)
    {
        using var answer = await gateway.GetAsync("/private/orders", token.Build());
        return (int)answer.StatusCode;
    }
}
