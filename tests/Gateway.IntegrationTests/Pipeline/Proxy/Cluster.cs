using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Pipeline.Proxy;

/// <summary>
/// A gateway before a cluster of several recording destinations and addresses where no destination listens, taken in turn.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly List<RecordingDestination> _destinations = [];

    public required FakeIssuer Issuer { get; init; }

    public TestGateway Gateway { get; private set; } = null!;

    /// <summary>The destinations that listen.</summary>
    public IReadOnlyList<RecordingDestination> Destinations => _destinations;

    public IEnumerable<ReceivedRequest> Received => _destinations.SelectMany(destination => destination.Received);

    /// <param name="rules">The cluster's entry in <c>Gateway:Clusters</c>; null for none.</param>
    /// <param name="absent">Addresses where connections are rejected.</param>
    public static async Task<Cluster> StartAsync(
        string? rules, int listening, int absent = 0, RequestDelegate? handler = null, Action<JsonObject>? edit = null)
    {
        var cluster = new Cluster { Issuer = await FakeIssuer.StartAsync() };
        var addresses = new JsonObject();
        for (var i = 0; i < absent; i++)
        {
            addresses[$"absent{i}"] = new JsonObject { ["Address"] = FreeAddress() };
        }

        for (var i = 0; i < listening; i++)
        {
            var destination = await RecordingDestination.StartAsync();
            destination.Handler = handler;
            cluster._destinations.Add(destination);
            addresses[$"listening{i}"] = new JsonObject { ["Address"] = destination.Address };
        }

        var configuration = TestGateway.Configuration(cluster.Issuer, cluster._destinations[0])
            .With("ReverseProxy:Clusters:recorder:Destinations", addresses)
            .With("ReverseProxy:Clusters:recorder:LoadBalancingPolicy", JsonValue.Create("RoundRobin"));
        if (rules is not null)
        {
            configuration.With("Gateway:Clusters:recorder", rules);
        }

        edit?.Invoke(configuration);
        cluster.Gateway = await TestGateway.StartAsync(configuration);
        return cluster;
    }

    public static string FreeAddress()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        return $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}/";
    }

    public async Task<int[]> StatusesAsync(int count, Func<HttpRequestMessage> request)
    {
        var statuses = new int[count];
        for (var i = 0; i < count; i++)
        {
            using var message = request();
            using var response = await Gateway.Client.SendAsync(message);
            statuses[i] = (int)response.StatusCode;
        }

        return statuses;
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        foreach (var destination in _destinations)
        {
            await destination.DisposeAsync();
        }

        await Issuer.DisposeAsync();
    }
}
