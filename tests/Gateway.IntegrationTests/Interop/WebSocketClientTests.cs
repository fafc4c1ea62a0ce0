using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Interop;

/// <summary>The npm client that most WebSocket programs use.</summary>
public sealed class WebSocketClientTests
{
    [Fact]
    public async Task Client_of_npm_is_let_in_with_a_token_and_rejected_before_the_upgrade_without_one()
    {
        await using var echo = new Gateway.Sandbox.EchoDestination(0);
        await echo.StartAsync(CancellationToken.None);
        await using var issuer = await FakeIssuer.StartAsync();
        await using var unused = await RecordingDestination.StartAsync();
        var configuration = TestGateway.Configuration(issuer, unused);
        configuration["ReverseProxy"]!["Clusters"]!["recorder"]!["Destinations"]!["one"]!["Address"] = echo.Url;
        await using var gateway = await TestGateway.StartAsync(configuration);
        var url = gateway.Address.Replace("http://", "ws://", StringComparison.Ordinal) + "/private/socket";

        var opened = await ConnectAsync(url, issuer.Token().Build());
        var rejected = await ConnectAsync(url);

        opened["opened"]!.GetValue<bool>().ShouldBeTrue();
        opened["echo"]!.GetValue<string>().ShouldBe("hello");
        rejected["opened"]!.GetValue<bool>().ShouldBeFalse();
        rejected["status"]!.GetValue<int>().ShouldBe(StatusCodes.Status401Unauthorized);
    }

    private static async Task<JsonNode> ConnectAsync(params string[] arguments)
    {
        var result = await Script.RunAsync("node", [Path.Combine(Script.Interop, "ws-client.mjs"), .. arguments]);
        return JsonNode.Parse(result.Output)!;
    }
}
