using Gateway.Redis;
using Gateway.Settings;

namespace Gateway.Revocation;

/// <summary>The store of revocations.</summary>
internal enum RevocationStore
{
    /// <summary>Lost when the process ends.</summary>
    Memory,

    /// <summary>A file beside the gateway; durable, one replica.</summary>
    Sqlite,

    /// <summary>Shared by all replicas, and writable by any service.</summary>
    Redis,
}

/// <summary>The revocation list: <c>Gateway:Revocation</c>.</summary>
internal sealed record RevocationOptions
{
    /// <summary><c>Memory</c>, <c>Sqlite</c> or <c>Redis</c>. Default <c>Sqlite</c>.</summary>
    public RevocationStore Store { get; init; } = RevocationStore.Sqlite;

    public SqliteOptions Sqlite { get; init; } = new();

    public RedisOptions Redis { get; init; } = new();

    /// <summary>
    /// A folder for a snapshot of the list, read only when <c>Store</c> is <c>Redis</c>: a replica that starts again reads a long list from
    /// there in seconds, without loading Redis. The gateway creates it when absent. A relative path starts at the folder of yarp.json.
    /// Default none.
    /// </summary>
    public string? SnapshotDirectory { get; init; }

    /// <summary>
    /// The largest age of the list while its store cannot be read. When the list is older, each policy's <c>OnRevocationUnavailable</c>
    /// decides. Default 10 seconds, range 1 second to 1 day.
    /// </summary>
    public TimeSpan MaxStaleness { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A look-up in Redis for each request, in addition to the list, of keys that another program writes. Default none.</summary>
    [MayBeEmpty]
    public LookupOptions? Lookup { get; init; }
}

/// <summary>The embedded store: <c>Gateway:Revocation:Sqlite</c>.</summary>
internal sealed class SqliteOptions
{
    /// <summary>
    /// The database file, created when absent. A relative path starts at the folder of yarp.json. Default <c>data/revocations.db</c>.
    /// </summary>
    public string Path { get; init; } = "data/revocations.db";
}
