using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.IntegrationTests.Pipeline.Proxy;

public sealed class RollingRestartTests
{
    private const int Workers = 4;
    private const int RequestsWhileDown = 300;
    private const int Rounds = 2;

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Rolling_restart_of_two_destinations_fails_no_request(HttpProtocols protocols)
    {
        var servers = new[] { await StartAsync(protocols, 0), await StartAsync(protocols, 0) };
        var ports = servers.Select(server => new Uri(server.Address).Port).ToArray();
        await using var unused = await RecordingDestination.StartAsync();
        var configuration = TestGateway.Configuration(unused)
            .With("Gateway:Clusters:recorder", """{ "Retry": { "Attempts": 1, "Budget": 0.2 } }""")
            .With(
                "ReverseProxy:Clusters:recorder:Destinations",
                $$"""{ "a": { "Address": "{{servers[0].Address}}" }, "b": { "Address": "{{servers[1].Address}}" } }""");
        if (protocols == HttpProtocols.Http2)
        {
            configuration.With(
                "ReverseProxy:Clusters:recorder:HttpRequest", """{ "Version": "2", "VersionPolicy": "RequestVersionExact" }""");
        }

        ((JsonObject)configuration["ReverseProxy"]!["Routes"]!).Remove("private");
        await using var gateway = await TestGateway.StartAsync(configuration);
        using var retries = new MetricCapture(gateway, "gateway.cluster.retries");
        using var over = new CancellationTokenSource();
        var statuses = new ConcurrentQueue<HttpStatusCode>();
        var load = Enumerable.Range(0, Workers).Select(_ => LoadAsync(gateway, statuses, over.Token)).ToArray();
        await MoreAsync(statuses);

        for (var i = 0; i < Rounds * servers.Length; i++)
        {
            var turn = i % servers.Length;
            await servers[turn].DisposeAsync();
            await MoreAsync(statuses);
            servers[turn] = await StartAsync(protocols, ports[turn]);
            await MoreAsync(statuses);
        }

        await over.CancelAsync();
        await Task.WhenAll(load);
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        statuses.Distinct().ShouldBe([HttpStatusCode.OK], string.Join('\n', retries.Measurements));
    }

    private static Task<LoopbackServer> StartAsync(HttpProtocols protocols, int port) =>
        LoopbackServer.StartAsync(context => context.Response.WriteAsync("done"), protocols, port: port);

    private static async Task LoadAsync(TestGateway gateway, ConcurrentQueue<HttpStatusCode> statuses, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            using var response = await gateway.GetAsync("/public/a");
            statuses.Enqueue(response.StatusCode);
        }
    }

    private static async Task MoreAsync(ConcurrentQueue<HttpStatusCode> statuses)
    {
        var before = statuses.Count;
        await Eventually.TrueAsync(() => statuses.Count >= before + RequestsWhileDown, "the load has gone on");
    }
}
