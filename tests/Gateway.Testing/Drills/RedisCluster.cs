using System.Globalization;

namespace Gateway.Testing.Drills;

/// <summary>Three nodes of a real Redis cluster, and a fourth that stands in for the one that has the gateway's stream.</summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private const int Primaries = 3;
    private const int Slots = 16384;

    private readonly List<RedisServer> _servers = [];

    /// <summary>The node that has the stream.</summary>
    public RedisServer Owner { get; private set; } = null!;

    /// <summary>Its replica, which takes over when it has been away for a second.</summary>
    public RedisServer Replica => _servers[^1];

    /// <summary>The connection string: all nodes.</summary>
    public string Connection => string.Join(',', _servers.Select(server => server.Connection));

    public static async Task<RedisCluster> StartAsync(string stream)
    {
        var cluster = new RedisCluster();
        for (var i = 0; i <= Primaries; i++)
        {
            // The second port is by default ten thousand above the first, which may be beyond the last port there is.
            cluster._servers.Add(await RedisServer.StartAsync(
                null, "--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-port",
                RedisServer.FreePort().ToString(CultureInfo.InvariantCulture)));
        }

        await Script.RunAsync(
            "redis-cli", ["--cluster", "create", .. cluster._servers.Take(Primaries).Select(server => server.Connection), "--cluster-yes"]);
        await cluster.AddReplicaAsync(stream);
        return cluster;
    }

    /// <summary>Until a node says that it serves its slots and knows the whole cluster.</summary>
    public static Task UntilWholeAsync(RedisServer server) => Eventually.TrueAsync(
        async () => (await server.CommandAsync("CLUSTER", "INFO")).Contains("cluster_state:ok", StringComparison.Ordinal),
        "the cluster is whole");

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    private async Task AddReplicaAsync(string stream)
    {
        foreach (var server in _servers.Take(Primaries))
        {
            await UntilWholeAsync(server);
        }

        // `create` divides the slots evenly, in the order of the nodes.
        var slot = int.Parse(await _servers[0].CommandAsync("CLUSTER", "KEYSLOT", stream), CultureInfo.InvariantCulture);
        Owner = _servers[slot * Primaries / Slots];
        var id = await Owner.CommandAsync("CLUSTER", "MYID");
        await Script.RunAsync(
            "redis-cli", ["--cluster", "add-node", Replica.Connection, Owner.Connection, "--cluster-slave", "--cluster-master-id", id]);
        await Replica.UntilFollowingAsync();
        await UntilWholeAsync(Replica);
    }
}
