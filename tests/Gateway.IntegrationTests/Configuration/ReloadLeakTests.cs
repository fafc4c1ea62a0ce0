using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Gateway.Configuration;
using Gateway.Runtime;
using Gateway.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Yarp.ReverseProxy;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>
/// Reloads for as long as one likes: what a configuration brought goes when the next one is in effect. Sockets are the whole
/// process', so no other test may run meanwhile. A timer that stays would keep alive what it calls.
/// </summary>
[Collection(nameof(ReloadLeakTests))]
[CollectionDefinition(nameof(ReloadLeakTests), DisableParallelization = true)]
public sealed class ReloadLeakTests
{
    private const int Reloads = 100;

    // Connections that are in use at the moment, and the test's own.
    private const int Fluctuation = 25;

    [Fact]
    public async Task Hundred_reloads_under_load_keep_nothing_of_the_configurations_that_went()
    {
        await using var parts = await MountedGateway.StartAsync(configuration => configuration
            .With("Gateway:RateLimits", """{ "many": { "Permits": 1000000, "Window": "00:00:01" } }""")
            .With("ReverseProxy:Routes:private:RateLimiterPolicy", JsonValue.Create("many")));
        var follower = parts.Services.GetServices<IHostedService>().OfType<ConfigurationFollower>().Single();
        await follower.StopAsync(TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        var token = parts.Issuer.Token().Build();
        var load = Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => parts.AskAsync("/private/x", token, stop.Token))));

        await ReloadAsync(parts, follower, 0, 5, []);
        var sockets = OpenSockets();
        var gone = new List<(string What, WeakReference Reference)>();
        await ReloadAsync(parts, follower, 5, Reloads, gone);
        await stop.CancelAsync();

        var statuses = await load;
        statuses.ShouldAllBe(seen => seen.Count == 1 && seen.ContainsKey(200));
        // Some of it runs out by itself.
        await Eventually.EmptyAsync(() => LeftOf(gone), "what earlier configurations brought is gone");
        gone.Count.ShouldBeGreaterThan(5 * Reloads);
        (OpenSockets() - sockets).ShouldBeLessThan(Fluctuation);
    }

    /// <summary>
    /// Each brings new issuers with a client and keys of their own, policies, a route, and a cluster with a client of its own.
    /// </summary>
    private static async Task ReloadAsync(
        MountedGateway parts, ConfigurationFollower follower, int first, int count, List<(string, WeakReference)> gone)
    {
        for (var number = first; number < first + count; number++)
        {
            Watch(parts.Services, gone);
            var change = number.ToString(CultureInfo.InvariantCulture);
            parts.Change(configuration => configuration
                .With("Gateway:Issuers:shop:Keys:Headers", new JsonObject { ["X-Change"] = change })
                .With(
                    "Gateway:Policies:changing",
                    new JsonObject { ["Scopes"] = new JsonObject { ["Any"] = new JsonArray($"scope-{change}") } })
                .With("ReverseProxy:Routes:changing", TestGateway.Route("changing", $"/changing/{change}"))
                .With("ReverseProxy:Clusters:recorder:HttpClient", new JsonObject { ["MaxConnectionsPerServer"] = 10 + number }));
            await follower.LookAsync(TestContext.Current.CancellationToken);
            (await parts.StatusAsync($"/changing/{change}")).ShouldBe(401);
        }
    }

    // Not inlined, so that no local of a caller keeps anything alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Watch(IServiceProvider services, List<(string, WeakReference)> gone)
    {
        var snapshot = services.GetRequiredService<LiveGateway>().Current;
        Add("a snapshot", snapshot);
        Add("a reading", snapshot.Reading);
        Add("a configuration", snapshot.Reading.Configuration);
        Add("verified tokens", snapshot.Authenticator);
        Add("an issuer", snapshot.Issuers);
        Add("an issuer's source", snapshot.Issuers.Issuers[0].Keys.Source);
        Add("an issuer's keys", snapshot.Issuers.Issuers[0].Keys);
        foreach (var endpoint in services.GetRequiredService<EndpointDataSource>().Endpoints)
        {
            if (endpoint.Metadata.GetMetadata<RouteHandle>()?.Current is { } route)
            {
                Add("a route", route);
            }
        }

        foreach (var cluster in services.GetRequiredService<IProxyStateLookup>().GetClusters())
        {
            Add("a cluster's client", cluster.Model.HttpClient);
        }

        void Add(string what, object subject) => gone.Add((what, new WeakReference(subject)));
    }

    /// <summary>What is still there, and how much of it.</summary>
    private static string[] LeftOf(List<(string What, WeakReference Reference)> gone)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return [.. gone.Where(each => each.Reference.IsAlive).GroupBy(each => each.What).Where(group => group.Count() > 2)
            .Select(group => $"{group.Key} ({group.Count()} of {gone.Count(each => each.What == group.Key)})")];
    }

    private static int OpenSockets() => Directory.EnumerateFileSystemEntries("/proc/self/fd")
        .Count(file => new FileInfo(file).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);
}
