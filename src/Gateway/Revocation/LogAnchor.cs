namespace Gateway.Revocation;

/// <summary>
/// An entry of the log by which a snapshot recognizes it: a log that has the same entry at the same position is the one that the snapshot
/// was made of, and is read on from there.
/// </summary>
/// <param name="End">The last entry that the snapshot contains. A log that lacks it has lost its end.</param>
/// <param name="EndExpires">Its expiry: replicas delete expired entries.</param>
internal sealed record LogAnchor(
    LogPosition Id, RevocationKey Name, RevocationKind Kind, RevocationOperation Operation, long Expires, long? Before, LogPosition End,
    long EndExpires)
{
    public bool IsAt(StreamRow row) =>
        row is { Entry: { } entry }
        && (row.Id, entry.Key, entry.Kind, entry.Operation, entry.Expires, entry.Before) == (Id, Name, Kind, Operation, Expires, Before);
}

/// <summary>
/// Chooses the anchor among the last entries that were read: the one that expires last, because an expired entry may be deleted.
/// </summary>
internal sealed class AnchorChoice
{
    // A reader of a snapshot reads these entries again.
    private const int Furthest = 10_000;

    private StreamRow _best;
    private StreamRow _end;
    private int _since;

    public LogAnchor? Best => _best is { Entry: { } entry }
        ? new LogAnchor(
            _best.Id, entry.Key, entry.Kind, entry.Operation, entry.Expires, entry.Before, _end.Id, _end.Entry?.Expires ?? long.MinValue)
        : null;

    public void Restart(StreamRow row = default) => (_best, _end, _since) = (row, row, 0);

    /// <param name="row">The next row of the stream.</param>
    public void Saw(StreamRow row)
    {
        _since++;
        _end = row;
        if (row.Entry is { } entry && (_best.Entry is not { } best || entry.Expires >= best.Expires || _since > Furthest))
        {
            Restart(row);
        }
    }
}
