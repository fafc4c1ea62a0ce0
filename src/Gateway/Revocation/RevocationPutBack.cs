using Gateway.Foundation;

namespace Gateway.Revocation;

/// <summary>
/// Puts back what the log has lost and this replica still knows. What the log says now is replayed into a set of its own, and the two
/// sets are compared, so an entry is written only where the log does not say as much. Of several replicas one leads at a time, and the
/// others replay what it writes before they write themselves: each entry is put back once. In steps, between which the log is read on.
/// </summary>
internal sealed partial class RevocationPutBack(RevocationSet known, IRevocationLog log, ILogger logger)
{
    private const int StepEntries = 2_000;
    private const int StepSegments = 256;

    private readonly RevocationSet _logged = new();

    // Where a name was revoked, restored and revoked again, an old revocation in the log is no proof to a replica that knows of the
    // restoring alone; so the last one is written once more.
    private readonly HashSet<RevocationKey> _revokedAgain = [];
    private int _segment;
    private int _written;

    public bool IsDone { get; private set; }

    /// <summary>Whether it is this replica's turn, so that there is more to do than to wait.</summary>
    public bool IsLeading { get; private set; }

    /// <summary>The log says this, read from its start.</summary>
    /// <param name="repeated">How many of the entries, the first ones, had been read before the loss.</param>
    public void Saw(IReadOnlyList<RevocationEntry> entries, int repeated)
    {
        _logged.ForgetLike(known);
        // One that is over would count as one of the present minute, and hide that the log has lost one that is.
        _logged.Apply([.. entries.Where(entry => entry.Operation == RevocationOperation.Restore || RevocationClock.MinuteOf(entry.Expires) >= known.Minute)]);
        _revokedAgain.UnionWith(entries.Skip(repeated)
            .Where(entry => entry.Operation == RevocationOperation.Revoke && known.WasRestored(entry.Key)).Select(entry => entry.Key));
    }

    /// <summary>Goes on for a step. The log has been read to its end since the last one.</summary>
    public async Task StepAsync(CancellationToken cancellationToken)
    {
        var wasLeading = IsLeading;
        IsLeading = await log.TryLeadAsync(cancellationToken);
        if (!IsLeading || !wasLeading)
        {
            // First, what the one before us has written is to be read.
            _segment = 0;
            return;
        }

        var (missing, next) = NextMissing();
        if (missing.Count > 0)
        {
            await log.AppendAsync(missing, cancellationToken);
            _written += missing.Count;
        }

        _segment = next;
        if (_segment == RevocationTable.Segments)
        {
            IsDone = true;
            IsLeading = false;
            PutBack(logger, _written);
            await log.EndLeadAsync(cancellationToken);
        }
    }

    private (List<RevocationEntry> Missing, int Next) NextMissing()
    {
        var missing = new List<RevocationEntry>();
        var next = _segment;
        while (next < RevocationTable.Segments && next < _segment + StepSegments && missing.Count < StepEntries)
        {
            missing.AddRange(known.Live(next).Where(IsMissing).Select(mark => EntryOf(mark, RevocationOperation.Revoke)));
            missing.AddRange(known.Restored(next).Where(mark => _logged.IsRevoked(mark.Kind, mark.Key)).Select(mark => EntryOf(mark, RevocationOperation.Restore)));
            next++;
        }

        return (missing, next);
    }

    private bool IsMissing(RevocationMark mark) =>
        !_logged.Covers(mark) || (known.WasRestored(mark.Key) && !_revokedAgain.Contains(mark.Key));

    private static RevocationEntry EntryOf(RevocationMark mark, RevocationOperation operation) => RevocationEntry.Of(mark, operation) with
    {
        Reason = "put back after a loss",
        By = "gateway",
    };

    [LoggerMessage(EventIds.RevocationsPutBack, LogLevel.Information, "Of what the revocation log had lost, this replica has put back {Count} entries.")]
    private static partial void PutBack(ILogger logger, int count);
}
