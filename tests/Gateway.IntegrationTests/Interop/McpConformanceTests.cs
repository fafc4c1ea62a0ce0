using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Interop;

/// <summary>
/// The conformance suite of MCP (npm @modelcontextprotocol/conformance), all server scenarios and all authorization scenarios.
/// </summary>
public sealed class McpConformanceTests(McpGateway parts) : IClassFixture<McpGateway>
{
    private static readonly TimeSpan Slow = TimeSpan.FromMinutes(3);

    // The suite claims protocol 2025-03-26 there, for which the SDK's server sends neither; it says the same without a gateway.
    private static readonly string[] Warnings = ["server-sse-priming-event", "server-sse-retry-field"];

    [Fact]
    public async Task Every_server_scenario_passes_through_the_gateway()
    {
        var token = await OidcProviderTests.GetTokenAsync(parts.Provider, $"{parts.Address}/mcp");

        var scenarios = await RunAsync(token, "server", $"{parts.Address}/mcp");

        scenarios.Count.ShouldBe(32);
        scenarios.SelectMany(scenario => scenario.Value)
            .Where(check => check.Status == "WARNING")
            .Select(check => check.Id)
            .ShouldBe(Warnings, ignoreOrder: true);
    }

    /// <summary>
    /// These scenarios test a client against issuers and MCP servers of the suite, so they say nothing of the gateway. They show that the
    /// client which <see cref="McpTests"/> takes through the gateway does what MCP asks of clients.
    /// </summary>
    [Fact]
    public async Task Client_of_the_tests_passes_every_authorization_scenario()
    {
        var scenarios = await RunAsync("", "client");

        scenarios.Count.ShouldBe(14);
        scenarios.Keys.ShouldContain("auth/scope-step-up");
    }

    private static async Task<Dictionary<string, Check[]>> RunAsync(string token, params string[] arguments)
    {
        var run = await Script.RunAsync("node", [Path.Combine(Script.Interop, "mcp-conformance.mjs"), .. arguments], token, Slow);
        run.ExitCode.ShouldBe(0, run.Errors);
        var seen = JsonNode.Parse(run.Output)!;
        var scenarios = seen["scenarios"]!.AsObject().ToDictionary(
            scenario => scenario.Key, scenario => scenario.Value!.AsArray().Select(Check.Of).ToArray());
        scenarios.SelectMany(scenario => scenario.Value.Select(check => (scenario.Key, check)))
            .Where(found => found.check.Status == "FAILURE")
            .ShouldBeEmpty(run.Output);
        seen["code"]!.GetValue<int>().ShouldBe(0, run.Output);
        return scenarios;
    }

    private sealed record Check(string Id, string Status, string? Fault)
    {
        public static Check Of(JsonNode? check) =>
            new(check!["id"]!.GetValue<string>(), check["status"]!.GetValue<string>(), check["errorMessage"]?.GetValue<string>());
    }
}
