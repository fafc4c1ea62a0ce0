using Gateway.Redis;
using Gateway.Revocation;
using Gateway.Testing;
using Microsoft.Extensions.Logging;

namespace Gateway.IntegrationTests.Redis;

/// <summary>What a gateway has of the revocation list, on a real Redis and perhaps a folder, without a gateway.</summary>
internal sealed class SnapshotReplica : IAsyncDisposable
{
    public const string Issuer = "https://idp.example.com";
    public const string Head = "gateway:revocations:snapshot";

    private static readonly SnapshotRules Always = new()
    {
        LeastRecords = 0,
        LeastGrowth = 0,
        LeastGrowthShare = 0,
        AtMostEvery = TimeSpan.Zero,
        LookEvery = TimeSpan.Zero,
        RewriteAfter = TimeSpan.FromDays(-1),
    };

    private readonly RedisConnection _connection;
    private readonly LoggerFactory _loggers;
    private readonly SnapshotFile? _file;

    private SnapshotReplica(string connection, string? folder, bool isOnDiskAlone)
    {
        _loggers = new LoggerFactory([Logs]);
        _connection = RedisRevocations.Connect(connection);
        Log = RedisRevocations.Log(_connection);
        var redis = new RedisSnapshots(_connection, TimeProvider.System);
        _file = folder is null ? null : new SnapshotFile(folder);
        ISnapshotStore[] stores = _file is null ? [redis] : isOnDiskAlone ? [_file] : [redis, _file];
        Follower = new RevocationFollower(
            Log, List, TimeProvider.System, _loggers.CreateLogger<RevocationFollower>(),
            new SnapshotLoader(stores, Log, Progress, TimeProvider.System, _loggers.CreateLogger<SnapshotLoader>()));
        Writer = WriterOf(stores[0]);
    }

    public LogCapture Logs { get; } = new();

    public RedisRevocationLog Log { get; }

    public RevocationList List { get; } = new(TimeProvider.System, TimeSpan.FromSeconds(10));

    public SnapshotProgress Progress { get; } = new();

    public RevocationFollower Follower { get; }

    /// <summary>Writes whenever it looks.</summary>
    public SnapshotWriter Writer { get; }

    /// <summary>One that has read the whole list.</summary>
    public static async Task<SnapshotReplica> StartAsync(string connection, string? folder = null, bool isOnDiskAlone = false)
    {
        var replica = new SnapshotReplica(connection, folder, isOnDiskAlone);
        await replica.ReadAsync();
        return replica;
    }

    /// <summary>One on a Redis that may have no entries yet.</summary>
    public static async Task<SnapshotReplica> StartEmptyAsync(string connection, string? folder = null, bool isOnDiskAlone = false)
    {
        var replica = new SnapshotReplica(connection, folder, isOnDiskAlone);
        await Eventually.TrueAsync(() => replica.Follower.TurnAsync(CancellationToken.None), "the list is read");
        return replica;
    }

    public static RevocationEntry Entry(RevocationKind kind, string value, RevocationOperation operation = RevocationOperation.Revoke) =>
        new(kind, Issuer, value, TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds(), Operation: operation);

    public Task AppendAsync(params RevocationEntry[] entries) => Log.AppendAsync(entries, CancellationToken.None).AsTask();

    /// <summary>Until all of the log is in the list, and nothing is to be put back.</summary>
    public Task ReadAsync() => Eventually.TrueAsync(
        async () => await Follower.TurnAsync(CancellationToken.None) && !Follower.IsPuttingBack && Progress.Point is not null,
        "the list is read");

    public Task<bool> WriteAsync() => Writer.TurnAsync(CancellationToken.None);

    public bool IsRevoked(RevocationKind kind, string value) => List.Set.IsRevoked(kind, RevocationKey.Of(kind, Issuer, value));

    public SnapshotWriter WriterOf(ISnapshotStore store) =>
        new(store, List.Set, Progress, Always, TimeProvider.System, _loggers.CreateLogger<SnapshotWriter>());

    public async ValueTask DisposeAsync()
    {
        Follower.Dispose();
        Writer.Dispose();
        _file?.Dispose();
        await _connection.DisposeAsync();
        _loggers.Dispose();
        Logs.Dispose();
    }
}
