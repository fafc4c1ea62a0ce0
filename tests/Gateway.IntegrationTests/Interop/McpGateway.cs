using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Interop;

/// <summary>
/// The configuration of docs/mcp.md with the addresses of this machine: a server of the npm MCP SDK behind the gateway, a certified
/// provider (npm oidc-provider) as the issuer. Further routes lead to the same server.
/// </summary>
public sealed class McpGateway : IAsyncLifetime
{
    private static readonly JsonDocumentOptions WithComments = new() { CommentHandling = JsonCommentHandling.Skip };

    private Script _server = null!;
    private Script _provider = null!;
    private TestGateway _gateway = null!;

    internal string Address { get; } = $"http://127.0.0.1:{RedisServer.FreePort()}";

    internal JsonNode Provider { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _server = Script.Start("node", Path.Combine(Script.Interop, "mcp-server.mjs"));
        _provider = Script.Start("node", Path.Combine(Script.Interop, "oidc-provider.mjs"), "--resource", Address);
        Provider = JsonNode.Parse(await _provider.ReadLineAsync())!;
        var server = $"http://127.0.0.1:{await _server.ReadLineAsync()}";
        _gateway = await TestGateway.StartAsync(Documented(Provider["issuer"]!.GetValue<string>(), server)
            .With("Kestrel:Endpoints:mcp:Url", JsonValue.Create(Address))
            .With("Gateway:Revocation:Store", "\"Memory\"")
            .With(
                "Gateway:Issuers:login:Audiences",
                $"""["{Address}/mcp", "{Address}/", "{Address}", "{Address}/listed/mcp", "{Address}/plain/mcp", "{Address}/slash/mcp/"]""")
            .With("Gateway:Policies:admin", """{ "Scopes": { "All": ["orders:read", "orders:write"] } }""")
            .WithMcp("admin", "admin", "/mcp/admin/mcp", resource: "mcp")

                .WithResource("listed", $"{Address}/listed/mcp", """["orders:read", "orders:write"]""")
                .WithMcp("listed", "Authenticated", "/listed/mcp", "listed")
            .WithResource("plain", $"{Address}/plain/mcp").WithMcp("plain", "Authenticated", "/plain/mcp", "plain")
            .WithResource("slash", $"{Address}/slash/mcp/").WithMcp("slash", "Authenticated", "/slash/mcp", "slash")
            .WithResource("whole", Address).WithMcp("whole", "Authenticated", "/deep/mcp", "whole"));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _provider.DisposeAsync();
        await _server.DisposeAsync();
    }

    private JsonObject Documented(string issuer, string server)
    {
        var page = File.ReadAllText(Path.Combine(Script.Root, "docs", "mcp.md"));
        var worked = page.Split("```jsonc\n")[1].Split("\n```")[0]
            .Replace("https://mcp.example.com", Address, StringComparison.Ordinal)
            .Replace("mcp.example.com", new Uri(Address).Authority, StringComparison.Ordinal)
            .Replace("https://login.example.com", issuer, StringComparison.Ordinal)
            .Replace("http://mcp:8000", server, StringComparison.Ordinal);
        return JsonNode.Parse(worked, documentOptions: WithComments)!.AsObject();
    }
}

internal static class McpEdits
{
    public static JsonObject WithResource(this JsonObject configuration, string name, string url, string scopes = "null") =>
        configuration.With(
            $"Gateway:Resources:{name}", $$"""{ "Resource": "{{url}}", "AuthorizationServers": ["login"], "Scopes": {{scopes}} }""");

    public static JsonObject WithMcp(this JsonObject configuration, string route, string policy, string path, string resource) =>
        configuration
        .With($"Gateway:Routes:{route}:Resource", JsonValue.Create(resource))
        .With(
            $"ReverseProxy:Routes:{route}",
            $$$"""{ "ClusterId": "mcp", "AuthorizationPolicy": "{{{policy}}}", "Match": { "Path": "{{{path}}}" } }""");
}
