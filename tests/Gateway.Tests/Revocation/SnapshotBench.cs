using Gateway.Revocation;
using Gateway.Testing;
using Gateway.Tests.Tokens;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Revocation;

/// <summary>A log, a store of snapshots, and replicas that start from them.</summary>
internal sealed class SnapshotBench : IDisposable
{
    private readonly LoggerFactory _loggers;

    public SnapshotBench(ISnapshotStore? store = null)
    {
        _loggers = new LoggerFactory([Logs]);
        Store = store ?? Memory;
    }

    public LosingLog Log { get; } = new();

    public MemorySnapshots Memory { get; } = new();

    public ISnapshotStore Store { get; }

    public LogCapture Logs { get; } = new();

    public ShiftedClock Clock { get; } = new();

    public RevocationEntry Entry(
        RevocationKind kind, string value, int minutes = 60, long? before = null,
        RevocationOperation operation = RevocationOperation.Revoke) =>
        new(kind, Shop.Issuer, value, Clock.GetUtcNow().AddMinutes(minutes).ToUnixTimeSeconds(), before, operation);

    /// <summary>A replica that has read the whole log, perhaps from a snapshot.</summary>
    public async Task<Replica> StartAsync()
    {
        var replica = new Replica(this);
        (await replica.Follower.TurnAsync(CancellationToken.None)).ShouldBeTrue();
        return replica;
    }

    public void Dispose()
    {
        _loggers.Dispose();
        Logs.Dispose();
    }

    public sealed class Replica
    {
        public Replica(SnapshotBench bench)
        {
            var view = new LosingLog.View(bench.Log);
            List = new RevocationList(bench.Clock, TimeSpan.FromSeconds(10));
            var loader = new SnapshotLoader([bench.Store], view, Progress, bench.Clock, bench._loggers.CreateLogger<SnapshotLoader>());
            Follower = new RevocationFollower(view, List, bench.Clock, bench._loggers.CreateLogger<RevocationFollower>(), loader);
            Writer = new SnapshotWriter(
                bench.Store, List.Set, Progress, MemorySnapshots.Always, bench.Clock, bench._loggers.CreateLogger<SnapshotWriter>());
        }

        public RevocationList List { get; }

        public SnapshotProgress Progress { get; } = new();

        public RevocationFollower Follower { get; }

        public SnapshotWriter Writer { get; }

        /// <summary>All that the list knows, in a form that can be compared.</summary>
        public IReadOnlyList<string> Marks => MarksOf(List.Set);

        public bool IsRevoked(RevocationKind kind, string value) => List.Set.IsRevoked(kind, RevocationKey.Of(kind, Shop.Issuer, value));
    }

    public static IReadOnlyList<string> MarksOf(RevocationSet set)
    {
        var all = new List<string>();
        foreach (var table in Enum.GetValues<SnapshotTable>())
        {
            var marks = new List<RevocationMark>();
            for (var segment = 0; segment < RevocationTable.Segments; segment++)
            {
                set.CopyLive(table, segment, marks);
            }

            all.AddRange(marks.Select(mark => $"{table} {mark}"));
        }

        return [.. all.Order(StringComparer.Ordinal)];
    }
}
