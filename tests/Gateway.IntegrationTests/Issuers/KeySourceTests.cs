using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Management;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Issuers;

public sealed class KeySourceTests : IAsyncLifetime
{
    private const string Secret = "a secret of exactly 32 bytes or more";

    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync() => _destination = await RecordingDestination.StartAsync();

    public ValueTask DisposeAsync() => _destination.DisposeAsync();

    [Theory]
    [InlineData("", true)]
    [InlineData("/realms/shop", true)]
    [InlineData("/realms/shop/", true)]
    [InlineData("", false)]
    [InlineData("/realms/shop", false)]
    public async Task Keys_are_discovered_where_either_standard_puts_the_metadata(string path, bool isOpenId)
    {
        // An issuer that ends in a slash keeps it in `iss`, and loses it in the address of its metadata.
        await using var issuer = await FakeIssuer.StartAsync(path.TrimEnd('/'), isOpenId);
        var name = issuer.Issuer + (path.EndsWith('/') ? "/" : "");
        issuer.MetadataHandler = context =>
            context.Response.WriteAsync(new JsonObject { ["issuer"] = name, ["jwks_uri"] = issuer.JwksUri }.ToJsonString());
        await using var gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(issuer, _destination).With("Gateway:Issuers:shop:Issuer", JsonValue.Create(name)));

        await ShouldAcceptAsync(gateway, new TokenBuilder(issuer.Rsa, name).Build());
        await ShouldAcceptAsync(gateway, new TokenBuilder(issuer.Ec, name, null, "ES256").Build());
    }

    [Fact]
    public async Task Keys_come_from_an_address_without_discovery()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(issuer, _destination)
            .With("Gateway:Issuers:shop:Keys", $$"""{ "JwksUri": "{{issuer.JwksUri}}" }"""));

        await ShouldAcceptAsync(gateway, issuer.Token().Build());
        issuer.MetadataRequests.ShouldBe(0);
    }

    [Fact]
    public async Task What_a_provider_sends_and_what_an_address_holds_shows_up_nowhere()
    {
        // A server that speaks something else.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"http://{listener.LocalEndpoint}/keys";
        var answering = AnswerAsync();
        await using var issuer = await FakeIssuer.StartAsync();
        await using var gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(issuer, _destination).With(
                "Gateway:Issuers:shop:Keys", $$"""{ "JwksUri": "{{address}}?apikey=hush" }"""),
            waitUntilReady: false);

        var (status, described) = await gateway.RefreshAsync("shop");

        status.ShouldBe(503);
        described["lastError"]!.GetValue<string>().ShouldBe("it cannot be read: its response is not valid HTTP");
        described["source"]!.GetValue<string>().ShouldBe(address);
        (described.ToJsonString() + string.Join('\n', gateway.Logs.Lines)).ShouldNotContain("hush");
        listener.Stop();
        await answering;

        async Task AnswerAsync()
        {
            try
            {
                while (true)
                {
                    using var connection = await listener.AcceptTcpClientAsync();
                    _ = await connection.GetStream().ReadAsync(new byte[4096]);
                    await connection.GetStream().WriteAsync("HTTP/1.1 2xx repeat-me-not\r\n\r\n"u8.ToArray());
                }
            }
            catch (Exception fault) when (fault is SocketException or IOException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }

    [Fact]
    public async Task Keys_come_from_a_file()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(issuer, _destination).With("Gateway:Issuers:shop:Keys", """{ "JwksFile": "keys.json" }"""),
            files: new Dictionary<string, string> { ["keys.json"] = new JsonObject { ["keys"] = issuer.Keys.DeepClone() }.ToJsonString() });

        await ShouldAcceptAsync(gateway, issuer.Token().Build());
        issuer.KeyRequests.ShouldBe(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task Secret_comes_from_a_file_without_its_last_line_break(string lineBreak)
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(issuer, _destination)
                .With("Gateway:Issuers:shop:Keys", """{ "SecretFile": "secret" }""")
                .With("Gateway:Issuers:shop:Algorithms", """["HS256"]"""),
            files: new Dictionary<string, string> { ["secret"] = Secret + lineBreak });
        using var key = SigningKey.Secret(System.Text.Encoding.ASCII.GetBytes(Secret));

        await ShouldAcceptAsync(gateway, new TokenBuilder(key, issuer.Issuer, null, "HS256").WithoutHeader("kid").Build());
        await ShouldRejectAsync(gateway, issuer.Token().Build(), "unsupported_algorithm");
        await ShouldRejectAsync(
            gateway, new TokenBuilder(key, issuer.Issuer, null, "HS256").WithHeader("alg", "none").Build(), "unsupported_algorithm");
    }

    [Fact]
    public async Task Public_key_used_as_a_secret_opens_nothing()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(issuer, _destination));
        using var confused = SigningKey.Secret(issuer.Rsa.ExportPublicKey(), issuer.Rsa.KeyId);

        await ShouldRejectAsync(gateway, new TokenBuilder(confused, issuer.Issuer, null, "HS256").Build(), "unsupported_algorithm");
    }

    [Theory]
    [InlineData("https://other.example")]
    [InlineData("{0}/")]
    [InlineData("{0}/realms/other")]
    public async Task Metadata_of_another_issuer_brings_no_keys(string named)
    {
        await using var issuer = await FakeIssuer.StartAsync();
        issuer.MetadataHandler = context => context.Response.WriteAsync(
            new JsonObject { ["issuer"] = string.Format(null, named, issuer.Issuer), ["jwks_uri"] = issuer.JwksUri }.ToJsonString());
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(issuer, _destination), waitUntilReady: false);
        using var probe = new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) };
        await Eventually.TrueAsync(() => issuer.MetadataRequests > 1, "discovery has been tried more than once");

        using var ready = await probe.GetAsync("/readyz");
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await ShouldRejectAsync(gateway, issuer.Token().Build(), "keys_unavailable", 503);
        issuer.KeyRequests.ShouldBe(0);
    }

    [Fact]
    public async Task Redirect_to_another_host_is_not_followed()
    {
        await using var other = await FakeIssuer.StartAsync();
        await using var issuer = await FakeIssuer.StartAsync();
        issuer.MetadataHandler = context =>
        {
            context.Response.Redirect(other.JwksUri.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
            return Task.CompletedTask;
        };
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(issuer, _destination), waitUntilReady: false);
        await Eventually.TrueAsync(() => issuer.MetadataRequests > 1, "discovery has been tried more than once");

        other.KeyRequests.ShouldBe(0);
    }

    [Fact]
    public async Task Keys_are_never_fetched_for_a_request()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(issuer, _destination));
        var before = (issuer.KeyRequests, issuer.MetadataRequests);

        for (var i = 0; i < 50; i++)
        {
            await ShouldAcceptAsync(gateway, issuer.Token().Build());
            await ShouldRejectAsync(gateway, issuer.Token().WithHeader("jku", issuer.JwksUri).With("aud", "x").Build(), "wrong_audience");
        }

        (issuer.KeyRequests, issuer.MetadataRequests).ShouldBe(before);
    }

    [Fact]
    public async Task Token_that_brings_its_own_key_is_checked_with_the_issuers()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var evil = await FakeIssuer.StartAsync();
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(issuer, _destination));
        var token = new TokenBuilder(evil.Rsa, issuer.Issuer)
            .WithHeader("jwk", evil.Rsa.ToJwk()).WithHeader("jku", evil.JwksUri).WithHeader("x5u", evil.JwksUri);

        await ShouldRejectAsync(gateway, token.Build(), "bad_signature");
        evil.KeyRequests.ShouldBe(0);
    }

    [Fact]
    public async Task Two_issuers_work_side_by_side_and_neither_signs_for_the_other()
    {
        await using var one = await FakeIssuer.StartAsync();
        await using var two = await FakeIssuer.StartAsync();
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(one, _destination)
            .With(
                "Gateway:Issuers:second",
                $$"""{ "Issuer": "{{two.Issuer}}", "Audiences": ["shop-api"], "Keys": { "Discovery": true } }"""));

        await ShouldAcceptAsync(gateway, one.Token().Build());
        await ShouldAcceptAsync(gateway, two.Token().Build());
        // The same kid on both sides, so only the signature tells.
        await ShouldRejectAsync(gateway, new TokenBuilder(two.Rsa, one.Issuer).Build(), "bad_signature");
        await ShouldRejectAsync(gateway, new TokenBuilder(one.Rsa, two.Issuer).Build(), "bad_signature");
        await ShouldRejectAsync(gateway, one.Token().With("iss", one.Issuer + "/").Build(), "unknown_issuer");
    }

    [Fact]
    public async Task Dead_issuer_does_not_stand_in_the_way_of_a_live_one()
    {
        await using var live = await FakeIssuer.StartAsync();
        await using var dead = await FakeIssuer.StartAsync();
        dead.MetadataHandler = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        await using var gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(live, _destination)
                .With(
                    "Gateway:Issuers:dead",
                    $$"""{ "Issuer": "{{dead.Issuer}}", "Audiences": ["shop-api"], "Keys": { "Discovery": true } }"""),
            waitUntilReady: false);

        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await gateway.GetAsync("/private/a", live.Token().Build());
                return response.StatusCode == HttpStatusCode.OK;
            },
            "the live issuer's tokens are accepted");
        await ShouldRejectAsync(gateway, dead.Token().Build(), "keys_unavailable", 503);
    }

    private async Task ShouldAcceptAsync(TestGateway gateway, string token)
    {
        using var response = await gateway.GetAsync("/private/a", token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        _destination.Last.Header("X-Auth-Subject").ShouldBe("alice");
    }

    private async Task ShouldRejectAsync(TestGateway gateway, string token, string reason, int status = 401)
    {
        _destination.Forget();
        using var response = await gateway.GetAsync("/private/a", token);
        var problem = await response.ShouldBeProblemAsync(status);
        problem["reason"]!.GetValue<string>().ShouldBe(reason);
        _destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Bearer_token_of_a_file_is_sent_for_each_fetch_as_it_is_then()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        var seen = new System.Collections.Concurrent.ConcurrentQueue<string>();
        issuer.KeysHandler = context =>
        {
            seen.Enqueue(context.Request.Headers.Authorization.ToString());
            return ProviderAnswers.KeysAsync(issuer, context);
        };
        var configuration = TestGateway.Configuration(issuer, destination).With(
            "Gateway:Issuers:shop:Keys", $$"""{ "JwksUri": "{{issuer.Address}}/keys", "TokenFile": "token" }""");
        await using var gateway =
            await TestGateway.StartAsync(configuration, files: new Dictionary<string, string> { ["token"] = "first\n" });
        var file = Path.Combine(Path.GetDirectoryName(gateway.ConfigFile)!, "token");

        await File.WriteAllTextAsync(file, "second");
        var second = await gateway.RefreshAsync("shop");
        await File.WriteAllTextAsync(file, "");
        var (status, described) = await gateway.RefreshAsync("shop");

        second.Status.ShouldBe(200);
        status.ShouldBe(503);
        described.LastError()!.ShouldEndWith("the file of Keys:TokenFile holds no token that can be read");
        seen.ShouldBe(["Bearer first", "Bearer second"]);
    }
}
