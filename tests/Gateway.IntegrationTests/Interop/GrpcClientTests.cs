using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Interop;

/// <summary>The client and the server of gRPC that most node programs use, with the gateway between them.</summary>
public sealed class GrpcClientTests
{
    private static readonly string Program = Path.Combine(Script.Interop, "grpc.mjs");

    [Fact]
    public async Task Calls_of_every_kind_pass_with_a_token_and_are_unauthenticated_without_one()
    {
        await using var server = Script.Start("node", Program, "serve");
        var port = await server.ReadLineAsync();
        await using var issuer = await FakeIssuer.StartAsync();
        await using var unused = await RecordingDestination.StartAsync();
        var configuration = TestGateway.Configuration(issuer, unused)
            .With("ReverseProxy:Clusters:recorder:Destinations:one:Address", JsonValue.Create($"http://127.0.0.1:{port}"))
            .With("ReverseProxy:Clusters:recorder:HttpRequest", """{ "Version": "2", "VersionPolicy": "RequestVersionExact" }""")
            .With("Gateway:Clusters:recorder:Retry:Attempts", JsonValue.Create(1))
            .With("ReverseProxy:Routes:grpc", TestGateway.Route("Authenticated", "/shop.Echo/{**call}"))
            .WithPolicy("writers", """{ "Scopes": { "All": ["orders:write"] } }""");
        await using var gateway = await TestGateway.StartAsync(configuration);

        var passed = await CallAsync(gateway, issuer.Token().Build());
        var rejected = await CallAsync(gateway);

        passed.Count.ShouldBe(4);
        passed.ShouldAllBe(
            call => call.Value!["code"]!.GetValue<int>() == 0 && call.Value["text"]!.GetValue<string>() == "abc", passed.ToJsonString());
        rejected.Count.ShouldBe(4);
        rejected.ShouldAllBe(
            call => call.Value!["code"]!.GetValue<int>() == 16
                && call.Value["challenge"]!.GetValue<string>() == "Bearer"
                && call.Value["details"]!.GetValue<string>().StartsWith("Unauthorized: missing (trace ", StringComparison.Ordinal),
            rejected.ToJsonString());
    }

    [Fact]
    public async Task Calls_to_a_service_that_is_away_are_unavailable_and_to_none_unimplemented()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var unused = await RecordingDestination.StartAsync();
        var configuration = TestGateway.Configuration(issuer, unused)
            .With("ReverseProxy:Clusters:recorder:Destinations:one:Address", JsonValue.Create(Pipeline.Proxy.Cluster.FreeAddress()))
            .With("ReverseProxy:Routes:grpc", TestGateway.Route("Authenticated", "/shop.Echo/{**call}"));
        await using var away = await TestGateway.StartAsync(configuration);
        configuration["ReverseProxy"]!["Routes"]!.AsObject().Remove("grpc");
        await using var none = await TestGateway.StartAsync(configuration);

        var unavailable = await CallAsync(away, issuer.Token().Build());
        var unimplemented = await CallAsync(none, issuer.Token().Build());

        unavailable.Select(call => call.Value!["code"]!.GetValue<int>()).ShouldBe([14, 14, 14, 14], unavailable.ToJsonString());
        unimplemented.Select(call => call.Value!["code"]!.GetValue<int>()).ShouldBe([12, 12, 12, 12], unimplemented.ToJsonString());
    }

    [Fact]
    public async Task Client_that_speaks_HTTP_2_to_a_listener_of_HTTP_1_is_named_in_the_log_once()
    {
        await using var parts = await StandardGateway.StartAsync(_ => { });

        foreach (var _ in Enumerable.Range(0, 2))
        {
            await Script.RunAsync("node", [Program, "call", new Uri(parts.Gateway.Address).Authority]);
        }

        await Eventually.TrueAsync(() => Lines() > 0, "the log names it");
        Lines().ShouldBe(1);

        int Lines() => parts.Gateway.Logs.Lines.Count(line => line.Contains("HTTP/2 without TLS", StringComparison.Ordinal));
    }

    private static async Task<JsonObject> CallAsync(TestGateway gateway, params string[] token)
    {
        var result = await Script.RunAsync("node", [Program, "call", new Uri(gateway.Http2Address).Authority, .. token]);
        result.ExitCode.ShouldBe(0, result.Errors);
        return JsonNode.Parse(result.Output)!.AsObject();
    }
}
