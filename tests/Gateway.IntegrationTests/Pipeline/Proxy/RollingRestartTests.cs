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
    private const int RequestsWhileDown = 75; // Of each worker.
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
        var workers = Enumerable.Range(0, Workers).Select(_ => new ConcurrentQueue<HttpStatusCode>()).ToArray();
        var load = workers.Select(statuses => LoadAsync(gateway, statuses, over.Token)).ToArray();
        await MoreAsync(workers);

        for (var i = 0; i < Rounds * servers.Length; i++)
        {
            var turn = i % servers.Length;
            await servers[turn].DisposeAsync();
            await MoreAsync(workers);
            servers[turn] = await StartAsync(protocols, ports[turn]);
            await MoreAsync(workers);
        }

        await over.CancelAsync();
        await Task.WhenAll(load);
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        // The access log says why a request has failed.
        var failed = gateway.Logs.Lines.Where(line => line.Contains("error", StringComparison.Ordinal));
        workers.SelectMany(statuses => statuses).Distinct()
            .ShouldBe([HttpStatusCode.OK], string.Join('\n', [.. retries.Measurements, .. failed]));
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

    /// <summary>
    /// Waits for requests of every worker, not of all together: a slow request must not last until both servers have been down.
    /// </summary>
    private static async Task MoreAsync(ConcurrentQueue<HttpStatusCode>[] workers)
    {
        foreach (var (statuses, before) in workers.Select(statuses => (statuses, statuses.Count)).ToArray())
        {
            await Eventually.TrueAsync(() => statuses.Count >= before + RequestsWhileDown, "the load has gone on");
        }
    }
}
