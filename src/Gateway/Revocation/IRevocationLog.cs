namespace Gateway.Revocation;

/// <summary>
/// The append-only log of revocations. Replicas replay it from the start and follow it; requests never read it. Faults of the store are
/// exceptions, after which the follower's list grows stale.
/// </summary>
internal interface IRevocationLog
{
    /// <summary>Returns when the entries are durable, so that acknowledged entries survive a crash of the process.</summary>
    /// <returns>The timestamp from which reads return the entries.</returns>
    ValueTask<long> AppendAsync(IReadOnlyList<RevocationEntry> entries, CancellationToken cancellationToken);

    /// <summary>Reads the entries after <paramref name="position"/> in order; the default is the start of the log.</summary>
    ValueTask<RevocationPage> ReadAfterAsync(LogPosition position, CancellationToken cancellationToken);

    /// <summary>Completes when there may be new entries, at the latest after the store's polling interval.</summary>
    ValueTask WaitForChangeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// True when the log still has this entry, so that it can be read on from there although this replica has not read it. A log without
    /// snapshots has none.
    /// </summary>
    ValueTask<bool> TryResumeAsync(LogAnchor anchor, CancellationToken cancellationToken) => ValueTask.FromResult(false);

    /// <summary>
    /// Makes this replica the leader, which puts back the entries that the log has lost, or extends its lease; false while another replica
    /// is the leader. A log that can report losses must override this default.
    /// </summary>
    ValueTask<bool> TryLeadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(true);

    /// <summary>Ends the lease, so that another replica can lead.</summary>
    ValueTask EndLeadAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}

/// <summary>Consecutive log entries, and the position at which to continue.</summary>
/// <param name="Repeated">The number of leading entries that were already read before a loss.</param>
/// <param name="IsAfterLoss">
/// The log has lost entries since the last read, and reading starts again. The entries are those that this replica had written and that
/// were lost before it could read them.
/// </param>
/// <param name="ProvenAt">
/// The timestamp at which the responding server was last proven to be the primary; null when the reply itself proves it.
/// </param>
/// <param name="Skipped">The number of entries that could not be read.</param>
/// <param name="Anchor">On the last page of a log with snapshots: an entry up to which all entries were read.</param>
internal readonly record struct RevocationPage(
    IReadOnlyList<RevocationEntry> Entries, LogPosition Position, bool IsLast, int Repeated = 0, bool IsAfterLoss = false,
    long? ProvenAt = null, int Skipped = 0, LogAnchor? Anchor = null);
