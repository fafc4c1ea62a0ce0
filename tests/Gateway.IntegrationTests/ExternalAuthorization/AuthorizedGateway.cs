using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.ExternalAuthorization;

/// <summary>A gateway that decides for other proxies, with routes of every kind.</summary>
public sealed class AuthorizedGateway : StandardGateway
{
    private protected override void Configure(JsonObject configuration) => Open(configuration)
        .With("Gateway:Identity:Payload:Header", JsonValue.Create("X-Auth-Payload"))
        .WithPolicy("trial", """{ "Mode": "Report", "Scopes": { "All": ["orders:admin"] } }""")
        .WithPolicy("keeping", """{ "ForwardToken": true }""")
        .WithPolicy("admin", """{ "Scopes": { "All": ["orders:admin"] } }""")
        .With("Gateway:RateLimits:few", """{ "Kind": "FixedWindow", "Permits": 1, "Window": "01:00:00", "PartitionBy": "$address" }""")
        .WithRoute("limited", "Anonymous", """{ "RateLimiterPolicy": "few" }""")
        .WithRoute("reading", "Authenticated", """{ "Match": { "Path": "/reading/{**rest}", "Methods": ["GET"] } }""")
        .WithRoute("hosted", "Anonymous", """{ "Match": { "Path": "/hosted/{**rest}", "Hosts": ["shop.example"] } }""");

    /// <summary>Adds the listener, with loopback as the address of the proxies.</summary>
    internal static JsonObject Open(JsonObject configuration) => configuration
        .With("Gateway:TrustedProxies", """["127.0.0.1"]""")
        .With("Gateway:ExternalAuthorization", """{ "Port": 0, "Protocols": ["ForwardAuth", "Envoy"] }""");
}

/// <summary>The question of a proxy.</summary>
internal static class ForwardAuthCalls
{
    /// <summary>Asks as Traefik and Caddy do.</summary>
    public static Task<HttpResponseMessage> AskAsync(
        this TestGateway gateway, string target, string? token = null, string method = "GET", string host = "localhost",
        params (string Name, string Value)[] headers) =>
        gateway.AskAsync(
        [
            ("X-Forwarded-Method", method), ("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", host), ("X-Forwarded-Uri", target),
            .. token is null ? [] : new[] { ("Authorization", $"Bearer {token}") }, .. headers,
        ]);

    public static async Task<HttpResponseMessage> AskAsync(
        this TestGateway gateway, IEnumerable<(string Name, string Value)> headers, string method = "GET")
    {
        using var client =
            new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(gateway.AuthorizationAddress) };
        using var request = new HttpRequestMessage(new HttpMethod(method), "/authorize");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue(name);
        }

        return await client.SendAsync(request);
    }
}
