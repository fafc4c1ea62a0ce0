using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Interop;

/// <summary>
/// Clients that know only the address of an MCP server behind the gateway, and find out by themselves where to get a token.
/// </summary>
public sealed class McpTests(McpGateway parts) : IClassFixture<McpGateway>
{
    [Fact]
    public async Task Client_that_knows_only_the_address_gets_from_401_to_a_successful_call()
    {
        var seen = await CallAsync("/mcp", "--tool", "whoami");

        seen.Steps[..2].ShouldBe(["POST /mcp 401", "GET /.well-known/oauth-protected-resource/mcp 200"]);
        var who = JsonNode.Parse(seen.Results["whoami"]!.GetValue<string>())!;
        who["subject"]!.GetValue<string>().ShouldBe("alice");
        who["token"].ShouldBeNull("the token stays at the gateway");
        seen.Asked.ShouldBe([("orders:read", $"{parts.Address}/mcp")]);
    }

    [Fact]
    public async Task Client_resumes_a_stream_that_the_server_has_ended_and_ends_its_session()
    {
        var seen = await CallAsync("/mcp", "--tool", "test_reconnection");

        seen.Results["test_reconnection"]!.GetValue<string>().ShouldBe("Reconnection test completed successfully.");
        seen.Steps.ShouldContain("GET /mcp 200 resumes");
        seen.Steps[^1].ShouldBe("DELETE /mcp 200");
    }

    /// <summary>The addresses that a client tries when a challenge does not name the metadata.</summary>
    [Theory]
    [InlineData("/mcp", "/.well-known/oauth-protected-resource/mcp")]
    [InlineData("/slash/mcp/", "/.well-known/oauth-protected-resource/slash/mcp")]
    [InlineData("/deep/mcp", "/.well-known/oauth-protected-resource/deep/mcp")]
    public async Task Client_that_does_not_read_the_challenge_finds_the_metadata_at_its_address(string path, string metadata)
    {
        var seen = await CallAsync(path, "--tool", "whoami", "--no-challenge");

        seen.Steps[..2].ShouldBe([$"POST {path} 401", $"GET {metadata} 200"]);
        seen.Results["whoami"]!.GetValue<string>().ShouldContain("alice");
    }

    /// <summary>The scope of the challenge is what the policy asks for, else what the resource lists.</summary>
    [Theory]
    [InlineData("/listed/mcp", "orders:read orders:write")]
    [InlineData("/plain/mcp", null)]
    public async Task Client_asks_for_the_scopes_that_the_gateway_names(string path, string? scopes)
    {
        var seen = await CallAsync(path, "--tool", "whoami");

        seen.Asked.ShouldBe([(scopes, parts.Address + path)]);
    }

    [Fact]
    public async Task Client_whose_token_has_too_few_scopes_gets_one_with_more()
    {
        var seen = await CallAsync("/mcp", $"{parts.Address}/mcp/admin/mcp", "--tool", "whoami");

        seen.Steps.ShouldContain("POST /mcp/admin/mcp 403");
        seen.Asked.Select(asked => asked.Scope).ShouldBe(["orders:read", "orders:read orders:write"]);
    }

    /// <summary>
    /// RFC 9728 section 3.3 and RFC 8414 section 3.3: the identifiers of the documents are those that the client has asked for.
    /// </summary>
    [Theory]
    [InlineData("/mcp", "/mcp", "/.well-known/oauth-protected-resource/mcp")]
    [InlineData("/deep/mcp", "/", "/.well-known/oauth-protected-resource")]
    [InlineData("/slash/mcp/", "/slash/mcp/", "/.well-known/oauth-protected-resource/slash/mcp/")]
    public async Task Strict_client_of_another_library_gets_from_401_to_the_server(string path, string resource, string metadata)
    {
        var run = await Script.RunAsync(
            "node", [Path.Combine(Script.Interop, "oauth-client.mjs"), parts.Address + path, parts.Address + resource]);

        run.ExitCode.ShouldBe(0, run.Errors);
        var seen = JsonNode.Parse(run.Output)!;
        seen["first"]!.GetValue<int>().ShouldBe(401);
        seen["metadata"]!.GetValue<string>().ShouldBe(parts.Address + metadata);
        seen["last"]!.GetValue<int>().ShouldBe(400, "the server misses a session, not a token");
    }

    private async Task<Seen> CallAsync(string path, params string[] more)
    {
        var run = await Script.RunAsync("node", [Path.Combine(Script.Interop, "mcp-client.mjs"), parts.Address + path, .. more]);
        run.ExitCode.ShouldBe(0, run.Errors);
        var seen = JsonNode.Parse(run.Output)!;
        return new Seen(
            seen["calls"]![0]!["results"]!.AsObject(),
            [.. seen["asked"]!.AsArray().Select(asked => (asked!["scope"]?.GetValue<string>(), asked["resource"]?.GetValue<string>()))],
            [.. seen["steps"]!.AsArray().Select(step => step!.GetValue<string>())]);
    }

    /// <param name="Results">By the name of the tool.</param>
    /// <param name="Asked">What each authorization request asked for.</param>
    /// <param name="Steps">Method, path and status of each request.</param>
    private sealed record Seen(JsonObject Results, (string? Scope, string? Resource)[] Asked, string[] Steps);
}
