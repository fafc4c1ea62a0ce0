using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Interop;

/// <summary>The client and server of the npm MCP SDK, with the gateway between them and a certified provider (npm oidc-provider) as the issuer.</summary>
public sealed class McpTests
{
    [Fact]
    public async Task Client_that_knows_only_the_address_gets_from_401_to_a_successful_call()
    {
        var address = $"http://127.0.0.1:{RedisServer.FreePort()}";
        var resource = $"{address}/mcp";
        await using var server = Script.Start("node", Path.Combine(Script.Interop, "mcp.mjs"), "serve");
        await using var provider = Script.Start("node", Path.Combine(Script.Interop, "oidc-provider.mjs"), "--resource", resource);
        var issuer = JsonNode.Parse(await provider.ReadLineAsync())!["issuer"]!.GetValue<string>();
        await using var destination = await RecordingDestination.StartAsync();
        var configuration = TestGateway.Configuration(destination)
            .With("Kestrel:Endpoints:mcp:Url", JsonValue.Create(address))
            .With("Gateway:Issuers:provider", $$"""{ "Issuer": "{{issuer}}", "Audiences": ["{{resource}}"], "Keys": { "Discovery": true } }""")
            .With("Gateway:Resources:mcp", $$"""{ "Resource": "{{resource}}", "AuthorizationServers": ["provider"] }""")
            .With("Gateway:Routes:mcp:Resource", JsonValue.Create("mcp"))
            .With("Gateway:Policies:mcp", """{ "Scopes": { "All": ["orders:read"] } }""")
            .WithCluster("mcp", $"http://127.0.0.1:{await server.ReadLineAsync()}")
            .WithRoute("mcp", "mcp", """{ "ClusterId": "mcp" }""");
        await using var gateway = await TestGateway.StartAsync(configuration);

        var call = await Script.RunAsync("node", [Path.Combine(Script.Interop, "mcp.mjs"), "call", resource]);

        call.ExitCode.ShouldBe(0, call.Errors);
        var seen = JsonNode.Parse(call.Output)!;
        var steps = seen["steps"]!.AsArray().Select(step => step!.GetValue<string>()).ToArray();
        steps[..2].ShouldBe(["POST /mcp 401", "GET /.well-known/oauth-protected-resource/mcp 200"]);
        seen["result"]!["subject"]!.GetValue<string>().ShouldBe("alice");
        seen["result"]!["token"].ShouldBeNull("the token stays at the gateway");
        seen["resource"]!.GetValue<string>().ShouldBe(resource);
        seen["scope"]!.GetValue<string>().ShouldBe("orders:read");
    }
}
