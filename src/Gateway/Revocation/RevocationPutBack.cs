using Gateway.Foundation;

namespace Gateway.Revocation;

/// <summary>
/// Puts back the entries that the log has lost and this replica still has. It replays the log into a second set and compares both sets, so
/// that it writes only missing entries. One replica leads at a time; the others read its entries before they write, so that each entry is
/// put back once. The work is split into steps, between which the log is read.
/// </summary>
internal sealed partial class RevocationPutBack(RevocationSet known, IRevocationLog log, ILogger logger)
{
    private const int StepEntries = 2_000;
    private const int StepSegments = 256;

    private readonly RevocationSet _logged = new();

    // When a name was revoked, restored and revoked again, an old revocation in the log does not override a restore that another replica
    // has. Therefore the last revocation is written once more.
    private readonly HashSet<RevocationKey> _revokedAgain = [];
    private int _segment;
    private int _written;

    public bool IsDone { get; private set; }

    /// <summary>True when this replica leads, so that the next step need not wait for new entries.</summary>
    public bool IsLeading { get; private set; }

    /// <summary>Adds a page of the log, which is read from its start.</summary>
    /// <param name="repeated">The number of leading entries that were read before the loss.</param>
    public void Saw(IReadOnlyList<RevocationEntry> entries, int repeated)
    {
        _logged.ForgetLike(known);
        // An expired entry would count as one of the current minute and hide that the log has lost a live one.
        _logged.Apply(
            [
                .. entries.Where(entry =>
                    entry.Operation == RevocationOperation.Restore || RevocationClock.MinuteOf(entry.Expires) >= known.Minute),
            ]);
        _revokedAgain.UnionWith(entries.Skip(repeated)
            .Where(entry => entry.Operation == RevocationOperation.Revoke && known.WasRestored(entry.Key)).Select(entry => entry.Key));
    }

    /// <summary>Runs one step. The log must have been read to its end since the last step.</summary>
    public async Task StepAsync(CancellationToken cancellationToken)
    {
        var wasLeading = IsLeading;
        IsLeading = await log.TryLeadAsync(cancellationToken);
        if (!IsLeading || !wasLeading)
        {
            // A new leader must first read the entries of its predecessor.
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
            missing.AddRange(
                known.Restored(next)
                    .Where(mark => _logged.IsRevoked(mark.Kind, mark.Key))
                    .Select(mark => EntryOf(mark, RevocationOperation.Restore)));
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

    [LoggerMessage(
        EventIds.RevocationsPutBack, LogLevel.Information, "This replica has put back {Count} entries that the revocation log had lost.")]
    private static partial void PutBack(ILogger logger, int count);
}
