using System.Collections.Immutable;

namespace Gateway.Revocation;

/// <summary>A state of the list from which a snapshot can be written.</summary>
/// <param name="Anchor">The list contains all entries up to this one.</param>
/// <param name="ExpiredUntil">The minute before which entries were skipped as expired.</param>
/// <param name="Skipped">The number of entries that could not be read.</param>
/// <param name="Generation">Changes when the log is read again from its start. A snapshot must not span two generations.</param>
internal sealed record SnapshotPoint(LogAnchor Anchor, int ExpiredUntil, long Skipped, int Generation);

/// <summary>A snapshot that a store has, for operators.</summary>
internal sealed record SnapshotSeen(Guid Id, DateTimeOffset WrittenAt, long Records);

/// <summary>What the follower tells the writers of snapshots, and both of them the status page.</summary>
internal sealed class SnapshotProgress
{
    private volatile SnapshotPoint? _point;
    private int _generation;
    private long _read;
    private long _skipped;
    private ImmutableDictionary<string, SnapshotSeen> _seen = ImmutableDictionary<string, SnapshotSeen>.Empty;

    /// <summary>Null while the list is not complete: before the first read and while lost entries are put back.</summary>
    public SnapshotPoint? Point => _point;

    public int Generation => Volatile.Read(ref _generation);

    /// <summary>The number of entries that were read since the start or since the snapshot that was loaded.</summary>
    public long EntriesRead => Interlocked.Read(ref _read);

    /// <summary>The snapshot from which this replica started.</summary>
    public SnapshotSeen? Started { get; private set; }

    /// <summary>The store of <see cref="Started"/>; null when the whole log was read.</summary>
    public string? StartedFrom { get; private set; }

    /// <summary>Snapshots that could not be used, so that a writer replaces them.</summary>
    public ImmutableHashSet<Guid> Ignored { get; private set; } = [];

    /// <summary>The last known snapshot of each store, by the name of the store.</summary>
    public ImmutableDictionary<string, SnapshotSeen> Seen => Volatile.Read(ref _seen);

    public void Read(RevocationPage page)
    {
        Interlocked.Add(ref _read, page.Entries.Count);
        _skipped += page.Skipped;
    }

    /// <summary>The end of the log was reached.</summary>
    public void Reach(LogAnchor? anchor, int expiredUntil) =>
        _point = anchor is null ? null : new SnapshotPoint(anchor, expiredUntil, _skipped, _generation);

    /// <summary>The log is read again from its start.</summary>
    public void Interrupt()
    {
        _point = null;
        Interlocked.Increment(ref _generation);
    }

    public void Load(SnapshotHead head, string store)
    {
        _skipped = head.Skipped;
        (Started, StartedFrom) = (SeenOf(head), store);
        See(head, store);
    }

    public void Ignore(Guid id) => Ignored = Ignored.Add(id);

    public void See(SnapshotHead head, string store) =>
        ImmutableInterlocked.AddOrUpdate(ref _seen, store, SeenOf(head), (_, _) => SeenOf(head));

    /// <summary>When the head was written; a time out of the range of dates counts as the nearest one.</summary>
    public static DateTimeOffset TimeOf(SnapshotHead head) => DateTimeOffset.FromUnixTimeMilliseconds(
        Math.Clamp(head.WrittenAt, DateTimeOffset.UnixEpoch.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    private static SnapshotSeen SeenOf(SnapshotHead head) => new(head.Id, TimeOf(head), head.Records);
}
