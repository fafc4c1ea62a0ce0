namespace Gateway.Revocation;

/// <summary>
/// The append-only log that holds the truth about revocations. Replicas replay it from the start and follow it; the request
/// path never touches it. Faults of the store surface as exceptions, which the follower turns into staleness.
/// </summary>
internal interface IRevocationLog
{
    /// <summary>Returns when the entries are durable: what has been acknowledged survives a crash of the process.</summary>
    ValueTask AppendAsync(IReadOnlyList<RevocationEntry> entries, CancellationToken cancellationToken);

    /// <summary>Reads the entries after <paramref name="position"/> in order; the default is the start of the log.</summary>
    ValueTask<RevocationPage> ReadAfterAsync(LogPosition position, CancellationToken cancellationToken);

    /// <summary>Completes when there may be something new to read, at the latest after the store's polling interval.</summary>
    ValueTask WaitForChangeAsync(CancellationToken cancellationToken);
}

/// <summary>A run of log entries and the position to read on from.</summary>
internal readonly record struct RevocationPage(IReadOnlyList<RevocationEntry> Entries, LogPosition Position, bool IsLast);
