using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Identity;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Hygiene;

/// <summary>A gateway with a real Redis and every setting on that lets more requests, tokens or headers pass.</summary>
public sealed class EverySettingGateway : StandardGateway
{
    private RedisServer? _redis;

    private protected override void Configure(JsonObject configuration)
    {
        _redis = RedisServer.StartAsync().GetAwaiter().GetResult();
        var routes = configuration["ReverseProxy"]!["Routes"]!.AsObject();
        routes["default"] = TestGateway.Route("Anonymous", "/{**rest}");
        routes["keeping"] = TestGateway.Route("keeping", "/keeping/{**rest}");
        foreach (var (_, route) in routes)
        {
            route!["RateLimiterPolicy"] = "shared";
            route["CorsPolicy"] = "apps";
        }

        configuration
            .With("Gateway:Policies:keeping", """{ "ForwardToken": true, "SenderConstraint": "IfBound" }""")
            .With("Gateway:Revocation", $$"""{ "Store": "Redis", "Redis": { "Connection": "{{_redis.Connection}}" } }""")
            .With("Gateway:Limits", """{ "RepeatedSlashes": "Merge" }""")
            .With("Gateway:TrustedProxies", """["127.0.0.1"]""")
            .With("Gateway:TrustForwardedHost", "true")
            .With("Gateway:TrustForwardedPrefix", "true")
            .With("Gateway:TokenSources", """
                [{ "Header": "Authorization", "Scheme": "Bearer" }, { "Header": "X-Token" }, { "Cookie": "__Host-token" },
                 { "WebSocketProtocol": "bearer" }, { "Query": "access_token" }]
                """)
            .With("Gateway:Identity:Payload:Header", JsonValue.Create("X-Auth-Payload"))
            .With("Gateway:Identity:ResponseExpiry", JsonValue.Create("X-Token-Expires-In"))
            .With("Gateway:RateLimits:shared", """{ "Permits": 1000000, "Window": "00:01:00", "PartitionBy": "sub", "Shared": true }""")
            .With("Gateway:Cors:apps", """
                { "Origins": ["https://*.example.com", "capacitor://localhost", "null"], "Methods": ["*"], "Headers": ["*"] }
                """)
            .With("Gateway:Clusters:recorder", """{ "Retry": { "Attempts": 1 }, "MaxInFlight": 1000 }""");
        configuration["Gateway"]!["Routes"] = new JsonObject(routes.Select(route => KeyValuePair.Create<string, JsonNode?>(
            route.Key, new JsonObject { ["EncodedSlashes"] = "PassThrough", ["PathParameters"] = "PassThrough" })));
    }

    private protected override async ValueTask DisposePartsAsync()
    {
        await base.DisposePartsAsync();
        await _redis!.DisposeAsync();
    }
}

/// <summary>The corpora of targets, of header names and of raw requests, with every setting on at once.</summary>
public sealed class EverySettingTests : IClassFixture<EverySettingGateway>
{
    private const string Evil = "eve-1f6d";

    private readonly StandardGateway _parts;

    public EverySettingTests(EverySettingGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    public static TheoryData<string, string> Proxies => new()
    {
        { "", "" },
        { "X-Forwarded-For: ::ffff:10.0.0.7\r\n", "" },
        { "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Prefix: /private\r\n", "" },
        { "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Host: private.example\r\nX-Forwarded-Proto: https\r\n", "" },
        { "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: bearer, a.b.c\r\n", "" },
        { "Accept: text/event-stream\r\nOrigin: null\r\n", "?access_token=a.b.c" },
    };

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task No_target_reaches_a_protected_path_without_a_token(string headers, string query)
    {
        var spoofed = string.Concat(
            SpoofingTests.IdentityHeaders.Append("X-Token-Expires-In")
                .SelectMany(SpoofingTests.Spellings)
                .Select(name => $"{name}: {Evil}\r\n"));
        foreach (var target in HostileTargets.Known.Concat(HostileTargets.Generate()))
        {
            var response = await RawHttp.SendAsync(
                _parts.Gateway.Address,
                $"GET {target}{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}X-Auth-Subject: {Evil}\r\n\r\n",
                TestContext.Current.CancellationToken);
            RawHttp.StatusOf(response).ShouldBeInRange(200, 499, target);
        }

        foreach (var target in HostileTargets.Known)
        {
            (await RawHttp2.SendAsync(_parts.Gateway.Http2Address, target + query, [("x_auth_subject", Evil)])).ShouldBeOneOf(0, 200, 400, 401, 404);
            var response = await RawHttp.SendAsync(
                _parts.Gateway.Address, $"GET {target}{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}{spoofed}\r\n",
                TestContext.Current.CancellationToken);
            RawHttp.StatusOf(response).ShouldBeInRange(200, 499, target);
        }

        _parts.Destination.Received.ShouldNotBeEmpty();
        _parts.Destination.Received.Select(request => request.Target)
            .Where(target => $"{LenientTarget.Read(target)}/".StartsWith("/private/", StringComparison.OrdinalIgnoreCase))
            .ShouldBeEmpty();
        ShouldHaveReceivedNoValueOfAClient();
        ShouldHaveLoggedNoError();
    }

    [Theory]
    [InlineData("/public/a", "1.1")]
    [InlineData("/public/a", "2.0")]
    [InlineData("/private/a", "1.1")]
    [InlineData("/private/a", "2.0")]
    [InlineData("/keeping/a", "1.1")]
    [InlineData("/elsewhere", "1.1")]
    public async Task Identity_is_the_gateways_own(string path, string version)
    {
        using var client = _parts.Gateway.CreateClient(Version.Parse(version));
        foreach (var name in SpoofingTests.IdentityHeaders)
        {
            using var request = TestGateway.Request(HttpMethod.Get, path, _parts.Issuer.Token().Build());
            (request.Version, request.VersionPolicy) = (client.DefaultRequestVersion, client.DefaultVersionPolicy);
            foreach (var spelling in SpoofingTests.Spellings(name))
            {
                request.Headers.TryAddWithoutValidation(spelling, Evil).ShouldBeTrue(spelling);
            }

            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

            ((int)response.StatusCode).ShouldBe(200);
        }

        _parts.Destination.Received.Count.ShouldBe(SpoofingTests.IdentityHeaders.Length);
        ShouldHaveReceivedNoValueOfAClient();
    }

    [Fact]
    public async Task Destination_says_nothing_about_the_token_in_the_gateways_name()
    {
        _parts.Destination.Handler = context =>
        {
            context.Response.Headers["X-Token-Expires-In"] = Evil;
            context.Response.Headers["RateLimit"] = Evil;
            return Task.CompletedTask;
        };

        foreach (var (path, token) in new[] { ("/public/a", null), ("/private/a", _parts.Issuer.Token().Build()), ("/elsewhere", null) })
        {
            using var response = await _parts.Gateway.GetAsync(path, token);

            response.Headers.SelectMany(header => header.Value).ShouldAllBe(value => !value.Contains(Evil, StringComparison.Ordinal), path);
        }
    }

    [Theory]
    [InlineData("::ffff:10.0.0.7", "10.0.0.7")]
    [InlineData("[::ffff:10.0.0.7]:4711", "10.0.0.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    public async Task Address_of_a_client_is_written_in_one_form(string sent, string expected)
    {
        var response = await RawHttp.SendAsync(
            _parts.Gateway.Address, $"GET /public/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Forwarded-For: {sent}\r\n\r\n");

        RawHttp.StatusOf(response).ShouldBe(200, response);
        _parts.Destination.Last.Header("X-Forwarded-For").ShouldBe(expected);
    }

    private void ShouldHaveReceivedNoValueOfAClient() =>
        _parts.Destination.Received.SelectMany(request => request.Headers)
            .Where(header => header.Value.Any(value => value.Contains(Evil, StringComparison.Ordinal)))
            .Select(header => header.Key)
            .ShouldBeEmpty();

    private void ShouldHaveLoggedNoError() =>
        _parts.Gateway.Logs.Lines.Where(line => line.StartsWith("Error", StringComparison.Ordinal)).ShouldBeEmpty();
}
