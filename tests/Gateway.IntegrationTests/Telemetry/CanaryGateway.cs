using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>
/// A gateway in a process of its own with a marked value in every secret place, all telemetry on and its own log at Debug; and everything
/// that came out of it.
/// </summary>
public sealed class CanaryGateway : IAsyncLifetime
{
    internal const string Issuer = "https://idp.example/shop";
    internal const string SecretIssuer = "https://idp.example/secret";
    internal const string DarkIssuer = "https://idp.example/dark";

    private readonly SigningKey _key = SigningKey.Rsa();
    private readonly List<byte[]> _answers = [];
    private SigningKey _secret = null!;
    private OtlpCollector _collector = null!;
    private RecordingDestination _destination = null!;
    private FakeIntrospection _introspection = null!;

    internal RedisServer Redis { get; private set; } = null!;

    internal GatewayProgram Program { get; private set; } = null!;

    /// <summary>A key that encrypted tokens are for; the gateway has another one of its kind.</summary>
    internal EncryptionKey OtherKey { get; } = EncryptionKey.Secret(16);

    /// <summary>An opaque token about which the issuer says nothing of use.</summary>
    internal string UnclearToken { get; } = Canary.New("unclear");

    /// <summary>The signatures of tokens that were sent, in part.</summary>
    internal List<string> Signatures { get; } = [];

    public async ValueTask InitializeAsync()
    {
        var (secret, password) = (Canary.New("secret"), Canary.New("redis"));
        _secret = SigningKey.Secret(Encoding.UTF8.GetBytes(secret));
        Redis = await RedisServer.StartAsync(password);
        _collector = await new OtlpCollector().StartAsync();
        _destination = await RecordingDestination.StartAsync();
        _introspection = await FakeIntrospection.StartAsync();
        _introspection.Knows(UnclearToken, new JsonObject { ["active"] = Canary.New("active") });
        _destination.Handler = context =>
        {
            context.Response.Headers.SetCookie = Canary.New("set-cookie");
            context.Response.StatusCode = context.Request.Path == "/private/broken" ? 500 : 200;
            return Task.CompletedTask;
        };
        var privateKey = _key.ToJwk();
        privateKey["kid"] = "private";
        privateKey["d"] = Canary.New("d");
        var files = new Dictionary<string, string>
        {
            ["yarp.json"] = Configuration().ToJsonString(),
            ["keys.json"] = new JsonObject { ["keys"] = new JsonArray(_key.ToJwk(), privateKey) }.ToJsonString(),
            ["none.json"] = """{ "keys": [] }""",
            ["secret"] = secret,
            ["redis-password"] = password,
            ["client.secret"] = Canary.New("client-secret"),
            ["decryption.json"] = $$"""{ "keys": [{ "kty": "oct", "k": "{{TokenBuilder.Encode(Canary.Mark[..16])}}" }] }""",
        };
        var variables = _collector.Variables();
        variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"api-key={Canary.New("collector")}";
        variables["Logging__LogLevel__Gateway"] = "Debug";
        Program = await GatewayProgram.StartAsync(files, variables);
        await Program.WaitUntilAsync("keys:shop", "keys:secret", "revocations");
    }

    /// <summary>A good token, marked in all that may hold anything.</summary>
    internal TokenBuilder Token(string issuer = Issuer, SigningKey? key = null) =>
        new TokenBuilder(key ?? (issuer == SecretIssuer ? _secret : _key), issuer, algorithm: issuer == SecretIssuer ? "HS256" : "RS256")
            .With("sub", Canary.New("sub")).With("jti", Canary.New("jti")).With("sid", Canary.New("sid"))
            .With("client_id", Canary.New("client")).With("email", Canary.New("email"));

    /// <summary>Sends it, marked in all that a client can say besides, and keeps the answer when it is the gateway's own.</summary>
    internal async Task<int> SendAsync(string path, string? token, Action<HttpRequestMessage>? edit = null)
    {
        using var request = TestGateway.Request(HttpMethod.Get, $"{path}?access_token={Canary.New("query")}", token);
        foreach (var header in (string[])["Cookie", "X-Auth-Subject", "X_Auth_Subject", "Proxy-Authorization", "X-Api-Key", "Referer"])
        {
            request.Headers.TryAddWithoutValidation(header, $"session={Canary.New(header)}");
        }

        request.Headers.TryAddWithoutValidation("baggage", $"user={Canary.New("baggage")}");
        edit?.Invoke(request);
        using var response = await Program.Client.SendAsync(request);
        if (token?.LastIndexOf('.') is > 0 and var dot && token.Length > dot + 20)
        {
            Signatures.Add(token[(dot + 1)..][..20]);
        }

        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            _answers.Add(await response.Content.ReadAsByteArrayAsync());
            _answers.Add(Encoding.UTF8.GetBytes(response.Headers.ToString()));
        }

        return (int)response.StatusCode;
    }

    internal async Task KeepPageAsync(string path, string accept)
    {
        using var client = new HttpClient { BaseAddress = new Uri(Program.ManagementAddress) };
        client.DefaultRequestHeaders.TryAddWithoutValidation("Accept", accept);
        _answers.Add(await client.GetByteArrayAsync(path));
    }

    internal bool HasTracesMetricsAndLogs(string text) =>
        _collector.Holds("/v1/traces", text) && _collector.Holds("/v1/metrics", text) && _collector.Holds("/v1/logs", text);

    /// <summary>Everything that came out, and where.</summary>
    internal IEnumerable<(string Where, byte[] Text)> Emitted() =>
    [
        .. Program.Lines.Select(line => ("console", Encoding.UTF8.GetBytes(line))),
        .. _answers.Select(answer => ("answer", answer)),
        .. ((string[])["/v1/traces", "/v1/metrics", "/v1/logs"]).SelectMany(path => _collector.BodiesOf(path).Select(body => (path, body))),
    ];

    public async ValueTask DisposeAsync()
    {
        await Program.DisposeAsync();
        await Redis.DisposeAsync();
        await _collector.DisposeAsync();
        await _destination.DisposeAsync();
        await _introspection.DisposeAsync();
        OtherKey.Dispose();
        _key.Dispose();
        _secret.Dispose();
    }

    private JsonObject Configuration() => new JsonObject()
        .With(
            "Gateway:Issuers:shop",
            $$"""{ "Issuer": "{{Issuer}}", "Audiences": ["shop-api"], "Keys": { "JwksFile": "keys.json", "DecryptionFile": "decryption.json" } }""")
        .With(
            "Gateway:Issuers:secret",
            $$"""{ "Issuer": "{{SecretIssuer}}", "Audiences": ["shop-api"], "Algorithms": ["HS256"], "Keys": { "SecretFile": "secret" } }""")
        .With("Gateway:Issuers:dark", $$"""
            { "Issuer": "{{DarkIssuer}}", "Audiences": ["shop-api"], "Keys": {
              "JwksUri": "https://127.0.0.1:{{RedisServer.FreePort()}}/keys?key={{Canary.New("uri")}}",
              "AllowHttp": true, "Headers": { "X-Key": "{{Canary.New("header")}}" } },
              "Introspection": { "Endpoint": "{{_introspection.Address}}?key={{Canary.New("endpoint")}}", "ClientId": "gateway", "SecretFile": "client.secret" } }
            """)
        .With(
            "Gateway:TokenSources",
            """[{ "Header": "Authorization", "Scheme": "Bearer" }, { "Cookie": "access_token" }, { "Query": "access_token" }]""")
        .With("Gateway:Identity:Payload", """{ "Header": "X-Auth-Payload" }""")
        .With("Gateway:Revocation", $$"""
            { "Store": "Redis", "MaxStaleness": "00:00:02", "Redis": { "Connection": "{{Redis.Connection}}", "PasswordFile": "redis-password" } }
            """)
        .WithRoute("public", "Anonymous")
        .WithRoute("private", "Authenticated")
        .WithPolicy("writers", """{ "Scopes": { "All": ["orders:write"] } }""")
        .WithPolicy("strong", """{ "StepUp": { "Acr": ["mfa"] } }""")
        .WithPolicy("tenants", """{ "Claims": [{ "Path": "email", "Equals": "nobody" }] }""")
        .WithPolicy("trial", """{ "Mode": "Report", "Scopes": { "All": ["orders:write"] } }""")
        .WithPolicy("keeper", """{ "ForwardToken": true }""")
        .WithRoute("dead", "Authenticated", """{ "ClusterId": "dead" }""")
        .With("Gateway:Exchanges:orders", $$"""
            { "TokenEndpoint": "https://127.0.0.1:{{RedisServer.FreePort()}}/token?key={{Canary.New("exchange")}}", "ClientId": "gateway", "SecretFile": "client.secret",
              "Audience": "orders" }
            """)
        .With("Gateway:Clusters:exchanging:Exchange", "\"orders\"")
        .WithRoute("exchanging", "Authenticated", """{ "ClusterId": "exchanging" }""")
        .WithCluster("exchanging", _destination.Address)
        .WithCluster("recorder", _destination.Address)
        .WithCluster("dead", $"http://127.0.0.1:{RedisServer.FreePort()}");
}
