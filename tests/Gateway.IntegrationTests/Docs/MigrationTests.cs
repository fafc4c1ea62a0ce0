using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Docs;

/// <summary>The worked configurations of docs/migration do what their pages promise to those who come from elsewhere.</summary>
public sealed class MigrationTests : IAsyncLifetime
{
    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync() =>
        (_issuer, _destination) = (await FakeIssuer.StartAsync(), await RecordingDestination.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await _destination.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task Envoy_headers_metadata_rule_and_optional_token()
    {
        await using var gateway = await StartAsync("envoy");
        var plain = Token().Build();
        var ops = Token()
            .With("tenant", new JsonObject { ["id"] = "de" })
            .With("realm_access", new JsonObject { ["roles"] = new JsonArray("ops") })
            .Build();

        (await SendAsync(gateway, "GET", "/healthz")).ShouldBe(200);
        (await SendAsync(gateway, "GET", "/orders/1")).ShouldBe(401);
        (await SendAsync(gateway, "GET", "/anything", plain)).ShouldBe(200);
        (await SendAsync(gateway, "GET", "/orders/1", plain)).ShouldBe(403);
        (await SendAsync(gateway, "GET", "/orders/1", ops)).ShouldBe(200);
        _destination.Last.Header("x-jwt-sub").ShouldBe("alice");
        _destination.Last.Header("x-jwt-tenant").ShouldBe("de");
        _destination.Last.Header("x-jwt-payload").ShouldBe(ops.Split('.')[1]);
        _destination.Last.Header("Authorization").ShouldBeNull();

        (await SendAsync(gateway, "GET", "/catalogue/1", null, ("x-jwt-sub", "forged"))).ShouldBe(200);
        _destination.Last.Header("x-jwt-sub").ShouldBeNull();
        (await SendAsync(gateway, "GET", "/catalogue/1", plain)).ShouldBe(200);
        _destination.Last.Header("x-jwt-sub").ShouldBe("alice");
        (await SendAsync(gateway, "GET", "/catalogue/1", plain[..^10] + "AAAAAAAAAA")).ShouldBe(401);
    }

    [Fact]
    public async Task Istio_rules_by_method_and_the_token_that_goes_on()
    {
        await using var gateway = await StartAsync("istio");
        var reader = Token().With("tenant", new JsonObject { ["id"] = "de" }).Build();

        (await SendAsync(gateway, "GET", "/healthz")).ShouldBe(200);
        (await SendAsync(gateway, "GET", "/orders/1")).ShouldBe(401);
        (await SendAsync(gateway, "GET", "/orders/1", reader)).ShouldBe(200);
        _destination.Last.Header("x-user").ShouldBe("alice");
        _destination.Last.Header("x-tenant").ShouldBe("de");
        _destination.Last.Header("x-jwt-payload").ShouldBe(reader.Split('.')[1]);
        _destination.Last.Header("Authorization").ShouldBe($"Bearer {reader}");
        (await SendAsync(gateway, "GET", "/orders/1", Token().With("plan", "trial").Build())).ShouldBe(403);
        (await SendAsync(gateway, "POST", "/orders/1", reader)).ShouldBe(403);
        (await SendAsync(gateway, "POST", "/orders/1", Token().With("realm_access", new JsonObject { ["roles"] = new JsonArray("admin-de") }).Build())).ShouldBe(200);
        (await SendAsync(gateway, "GET", "/elsewhere", reader)).ShouldBe(404);
    }

    [Fact]
    public async Task Ocelot_paths_scopes_claims_and_headers()
    {
        await using var gateway = await StartAsync("ocelot");
        var reader = Token().With("scope", "orders:all").With("tenant", "de").Build();

        (await SendAsync(gateway, "GET", "/shop/orders/7?full=1")).ShouldBe(401);
        (await SendAsync(gateway, "GET", "/shop/orders/7", Token().With("scope", "other").Build())).ShouldBe(403);
        (await SendAsync(gateway, "GET", "/shop/orders/7?full=1", reader)).ShouldBe(200);
        _destination.Last.Target.ShouldBe("/api/orders/7?full=1");
        _destination.Last.Header("X-Customer").ShouldBe("alice");
        _destination.Last.Header("X-Tenant").ShouldBe("de");
        _destination.Last.Header("Authorization").ShouldBeNull();
        (await SendAsync(gateway, "DELETE", "/shop/orders/7", Token().With("role", "admin").Build())).ShouldBe(403);
        (await SendAsync(gateway, "DELETE", "/shop/orders/7", Token().With("role", new JsonArray("admin", "ops")).With("department", "sales").Build())).ShouldBe(200);
        (await SendAsync(gateway, "GET", "/shop/status", null, ("X-Customer", "forged"))).ShouldBe(200);
        _destination.Last.Target.ShouldBe("/status");
        _destination.Last.Header("X-Customer").ShouldBeNull();
    }

    [Fact]
    public async Task Oauth2_proxy_token_and_headers()
    {
        const string fromSession = "X-Auth-Request-Access-Token";
        await using var gateway = await StartAsync("oauth2-proxy");
        var staff = Staff("alice@example.com").Build();

        (await SendAsync(gateway, "GET", "/assets/app.js")).ShouldBe(200);
        (await SendAsync(gateway, "GET", "/account")).ShouldBe(401);
        (await SendAsync(gateway, "GET", "/account", null, (fromSession, staff), ("X-Auth-Request-User", "root"))).ShouldBe(200);
        _destination.Last.Header("X-Auth-Request-User").ShouldBe("alice");
        _destination.Last.Header("X-Auth-Request-Email").ShouldBe("alice@example.com");
        _destination.Last.Header("X-Auth-Request-Groups").ShouldBe("staff,sales");
        _destination.Last.Header(fromSession).ShouldBeNull();
        (await SendAsync(gateway, "GET", "/account", staff)).ShouldBe(200);
        (await SendAsync(gateway, "GET", "/account", staff, (fromSession, staff))).ShouldBe(400);
        (await SendAsync(gateway, "GET", "/account", Staff("mallory@evil.com@example.com").Build())).ShouldBe(403);
        (await SendAsync(gateway, "GET", "/account", Staff("alice@example.com").With("groups", new JsonArray("guests")).Build())).ShouldBe(403);
        (await SendAsync(gateway, "GET", "/account", Staff("alice@example.com").With("email_verified", false).Build())).ShouldBe(403);
    }

    [Fact]
    public async Task Yarp_jwtbearer_policies_hosts_and_identity()
    {
        const string host = "api.example.com";
        await using var gateway = await StartAsync("yarp-jwtbearer");
        var reader = Token().With("tenant", "de").Build();

        (await SendAsync(gateway, "GET", "/status", null, ("Host", host), ("X-User", "forged"))).ShouldBe(200);
        _destination.Last.Header("X-User").ShouldBeNull();
        (await SendAsync(gateway, "GET", "/status", null, ("Host", "other.example.com"))).ShouldBe(404);
        (await SendAsync(gateway, "GET", "/account/me", null, ("Host", host))).ShouldBe(401);
        (await SendAsync(gateway, "GET", "/account/me", Token().With("scope", "openid").Build(), ("Host", host))).ShouldBe(200);
        (await SendAsync(gateway, "GET", "/api/orders/1", Token().Build(), ("Host", host))).ShouldBe(403);
        (await SendAsync(gateway, "GET", "/api/orders/1", Token().With("tenant", "de").With("scope", "openid").Build(), ("Host", host))).ShouldBe(403);
        (await SendAsync(gateway, "GET", "/api/orders/1?a=b", reader, ("Host", host))).ShouldBe(200);
        _destination.Last.Target.ShouldBe("/orders/1?a=b");
        _destination.Last.Header("X-User").ShouldBe("alice");
        _destination.Last.Header("Authorization").ShouldBeNull();
    }

    private TokenBuilder Token() => _issuer.Token();

    private TokenBuilder Staff(string email) =>
        Token().With("email", email).With("email_verified", true).With("groups", new JsonArray("staff", "sales"));

    /// <summary>The page's configuration as it stands, but for where the provider and the services are.</summary>
    private async Task<TestGateway> StartAsync(string page)
    {
        var configuration = MigrationPage.Worked(page).With("Gateway:Revocation:Store", JsonValue.Create("Memory"));
        foreach (var (_, issuer) in configuration["Gateway"]!["Issuers"]!.AsObject())
        {
            issuer!["Issuer"] = _issuer.Issuer;
            if (issuer["Keys"]!["JwksUri"] is not null)
            {
                issuer["Keys"]!["JwksUri"] = _issuer.JwksUri;
            }
        }

        foreach (var (_, cluster) in configuration["ReverseProxy"]!["Clusters"]!.AsObject())
        {
            foreach (var (_, destination) in cluster!["Destinations"]!.AsObject())
            {
                destination!["Address"] = _destination.Address;
            }
        }

        return await TestGateway.StartAsync(configuration);
    }

    private static async Task<int> SendAsync(
        TestGateway gateway, string method, string path, string? token = null, params (string Name, string Value)[] headers)
    {
        using var request = TestGateway.Request(new HttpMethod(method), path, token);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await gateway.Client.SendAsync(request);
        return (int)response.StatusCode;
    }
}
