namespace Gateway.Revocation;

/// <summary>
/// The append-only log that holds the truth about revocations. Replicas replay it from the start and follow it; the request
/// path never touches it. Faults of the store surface as exceptions, which the follower turns into staleness.
/// </summary>
internal interface IRevocationLog
{
    /// <summary>Returns when the entries are durable: what has been acknowledged survives a crash of the process.</summary>
    /// <returns>The timestamp from which a read finds them.</returns>
    ValueTask<long> AppendAsync(IReadOnlyList<RevocationEntry> entries, CancellationToken cancellationToken);

    /// <summary>Reads the entries after <paramref name="position"/> in order; the default is the start of the log.</summary>
    ValueTask<RevocationPage> ReadAfterAsync(LogPosition position, CancellationToken cancellationToken);

    /// <summary>Completes when there may be something new to read, at the latest after the store's polling interval.</summary>
    ValueTask WaitForChangeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes this replica the one that puts back what the log has lost, or lets it stay so for another while; false while another one
    /// is. A log that reports losses must have more than this.
    /// </summary>
    ValueTask<bool> TryLeadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(true);

    /// <summary>Lets another replica be it.</summary>
    ValueTask EndLeadAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}

/// <summary>A run of log entries and the position to read on from.</summary>
/// <param name="Repeated">How many of the entries, the first ones, had been read before a loss and come again.</param>
/// <param name="IsAfterLoss">
/// The log is not what it was when it was last read; it begins again. The entries are those that it had acknowledged here and that were lost
/// before they could be read.
/// </param>
/// <param name="ProvenAt">
/// The timestamp at which the server that answered was last known to be the primary, where that is not certain for the answer itself.
/// </param>
internal readonly record struct RevocationPage(
    IReadOnlyList<RevocationEntry> Entries, LogPosition Position, bool IsLast, int Repeated = 0, bool IsAfterLoss = false,
    long? ProvenAt = null);
