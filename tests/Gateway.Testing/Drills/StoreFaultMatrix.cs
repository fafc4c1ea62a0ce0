using System.Globalization;

namespace Gateway.Testing.Drills;

/// <summary>The faults of the matrix by what servers they take, each with a site of its own.</summary>
internal static class StoreFaultMatrix
{
    /// <summary>
    /// A server, a slow way to a server, a primary with its replica, an old primary beside the one that has replaced it, a primary that
    /// Sentinel watches, a cluster.
    /// </summary>
    public static readonly IReadOnlyList<string> Parts = ["one", "link", "pair", "partition", "sentinel", "cluster"];

    /// <param name="hold">How long a fault lasts.</param>
    /// <param name="hang">How long a server hangs.</param>
    public static Task RunAsync(
        string part, int gateways, StoreFaultPlan plan, TimeSpan hold, TimeSpan hang, Action<StoreFaultResult> report)
    {
        return part switch
        {
            "one" => OneAsync(),
            "link" => LinkAsync(),
            "pair" => PairAsync(),
            "partition" => PartitionAsync(),
            "sentinel" => SentinelAsync(),
            "cluster" => ClusterAsync(),
            _ => throw new ArgumentException($"Known parts: {string.Join(", ", Parts)}.", nameof(part)),
        };

        async Task OneAsync()
        {
            await using var redis = await RedisServer.StartAsync(StoreFaults.Password);
            await RunAsync($"{redis.Connection},password={StoreFaults.Password}", StoreFaults.OfOne(redis, hold, hang));
        }

        async Task LinkAsync()
        {
            await using var redis = await RedisServer.StartAsync();
            await using var link = SlowLink.To(redis);
            await RunAsync(link.Connection, StoreFaults.OfLink(link, hold));
        }

        async Task PairAsync()
        {
            await using var primary = await RedisServer.StartAsync();
            await using var replica =
                await RedisServer.StartAsync(null, "--replicaof", "127.0.0.1", primary.Port.ToString(CultureInfo.InvariantCulture));
            await RunAsync($"{primary.Connection},{replica.Connection}", StoreFaults.OfPair(primary, replica, hold));
        }

        async Task PartitionAsync()
        {
            await using var old = await RedisServer.StartAsync();
            await using var replacement =
                await RedisServer.StartAsync(null, "--replicaof", "127.0.0.1", old.Port.ToString(CultureInfo.InvariantCulture));
            await replacement.UntilFollowingAsync();
            await using var cut = SlowLink.To(old);
            await using var whole = SlowLink.To(old);
            // The first gateway is on the old primary's side of the partition; the others take revocations meanwhile.
            string[] connections = [cut.Connection, .. Enumerable.Repeat(whole.Connection, gateways - 1)];
            await RunOnAsync(connections, StoreFaults.OfPartition(old, replacement, cut, whole, hold));
        }

        async Task SentinelAsync()
        {
            await using var sentinels = await RedisSentinels.StartAsync();
            await RunAsync(sentinels.Connection, StoreFaults.OfSentinel(sentinels, hold));
        }

        async Task ClusterAsync()
        {
            await using var cluster = await RedisCluster.StartAsync("gateway:revocations");
            await RunAsync(cluster.Connection, StoreFaults.OfCluster(cluster, hold));
        }

        Task RunAsync(string connection, IReadOnlyList<StoreFault> faults) =>
            RunOnAsync([.. Enumerable.Repeat(connection, gateways)], faults);

        async Task RunOnAsync(string[] connections, IReadOnlyList<StoreFault> faults)
        {
            await using var site = await RevocationSite.StartAsync(connections, plan.MaxStaleness);
            await new StoreFaultDrill(site, plan).RunAsync(faults, report);
        }
    }
}
