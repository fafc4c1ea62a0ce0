using Gateway.Foundation;

namespace Gateway.Revocation;

/// <summary>
/// Replays the log into the set before the first request, then follows it. When the store fails, the list stays in use and grows older.
/// </summary>
/// <param name="snapshots">Null when the store of revocations has no snapshots.</param>
internal sealed partial class RevocationFollower(
    IRevocationLog log, RevocationList list, TimeProvider time, ILogger<RevocationFollower> logger, SnapshotLoader? snapshots = null)
    : BackgroundService
{
    private static readonly TimeSpan RetryAfterFault = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryPutBack = TimeSpan.FromSeconds(5);

    private readonly ForgettingClock _clock = new(time);
    // After the first load, all pages of one reading are applied together: when a store is read again from its start, an early page must
    // not undo revocations that a later page contains. Kept during a fault, because after a loss this may be the only copy.
    private readonly RevocationChanges _waiting = new(list.Set);
    private LogPosition _position;

    // The latest minute as of which entries were skipped or removed as expired.
    private int _expiredUntil;
    private RevocationPutBack? _putBack;
    private bool _isReadingAgain;
    private bool _isPutBackFailing;
    private long _lastPutBack;
    private bool _failing;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryReadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (!await TurnAsync(stoppingToken))
            {
                await Task.Delay(RetryAfterFault, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>True when the log lost entries that are not yet put back.</summary>
    internal bool IsPuttingBack => _putBack is not null;

    /// <summary>Waits for new entries, reads them, and puts back lost ones; false when the log cannot be read.</summary>
    internal async Task<bool> TurnAsync(CancellationToken stopping)
    {
        if (!await TryReadAsync(stopping))
        {
            return false;
        }

        await PutBackAsync(stopping);
        return true;
    }

    private async Task<bool> TryReadAsync(CancellationToken stopping)
    {
        (long Asked, long Fresh) read;
        try
        {
            // After a fault, read at once instead of waiting for a notification.
            if (list.IsLoaded && !_failing && (_isPutBackFailing || _putBack is not { IsLeading: true }))
            {
                await log.WaitForChangeAsync(stopping);
            }

            read = await ReadToTheEndAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return true;
        }
#pragma warning disable CA1031 // A store may throw any exception. Each has the same effect: the list grows older and requests continue.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            list.MarkFailed(fault.Message);
            if (!_failing)
            {
                _failing = true;
                NotRead(logger, fault.Message);
            }

            return false;
        }

        if (_failing)
        {
            _failing = false;
            ReadAgain(logger, list.Set.Count);
        }
        else if (!list.IsLoaded)
        {
            Read(logger, list.Set.Count);
        }

        list.MarkRead(read.Asked, read.Fresh);
        return true;
    }

    /// <summary>
    /// Returns two timestamps: that of the query whose reply reached the end of the log, since later entries are not in it; and the time at
    /// which the server that replied was last known to be the primary.
    /// </summary>
    private async Task<(long Asked, long Fresh)> ReadToTheEndAsync(CancellationToken stopping)
    {
        // Runs before entries are applied, also if the store does not answer. So every replica removes an expired entry in the same minute,
        // and replicas that start later never apply it.
        var now = _clock.Now;
        list.Set.ForgetExpired(now);
        if (RevocationClock.MinuteOf(now) < _expiredUntil)
        {
            // The clock was ahead and was set back, so entries that were skipped or removed as expired may be live again.
            _position = default;
            snapshots?.Progress.Interrupt();
        }

        _expiredUntil = RevocationClock.MinuteOf(now);
        if (_isReadingAgain)
        {
            // A fault interrupted the reading. The server that responds now may be another one, with fewer entries.
            _putBack = new RevocationPutBack(list.Set, log, logger);
        }

        if (!list.IsLoaded && _position == default && snapshots is not null)
        {
            _position = await snapshots.TryLoadAsync(list.Set, _expiredUntil, stopping) ?? default;
        }

        var position = _position;
        RevocationPage page;
        long asked;
        do
        {
            asked = time.GetTimestamp();
            page = await log.ReadAfterAsync(position, stopping);
            position = page.Position;
            snapshots?.Progress.Read(page);
            if (page.IsAfterLoss)
            {
                snapshots?.Progress.Interrupt();
                _putBack = new RevocationPutBack(list.Set, log, logger);
                _position = position;
                // Other replicas may not have these entries or those in _waiting, so they take effect at once. None is older than the
                // entries that were applied.
                ApplyAll(page.Entries, !_isReadingAgain);
                _isReadingAgain = true;
                continue;
            }

            _putBack?.Saw(page.Entries, page.Repeated);
            var minute = RevocationClock.MinuteOf(_clock.Now);
            _expiredUntil = Math.Max(_expiredUntil, minute);
            for (var i = 0; i < page.Entries.Count; i++)
            {
                // An expired revocation is not applied, because replicas that read it in time have removed it. A restore is applied even if
                // it has expired, because the revocation that it lifts may expire later.
                if (page.Entries[i].Operation == RevocationOperation.Revoke && RevocationClock.MinuteOf(page.Entries[i].Expires) < minute)
                {
                    continue;
                }

                // A restore that another replica put back must not undo a later revocation that this replica has.
                var isOld = i < page.Repeated
                    || (_putBack is not null && page.Entries[i] is { Digest: not null, Operation: RevocationOperation.Restore });
                _waiting.Add(page.Entries[i], isOld);
            }

            if (!_isReadingAgain || page.IsLast)
            {
                // While reading again, the position advances only at the end: a fault must restart the reading.
                _position = position;
            }

            if (!list.IsLoaded || page.IsLast)
            {
                list.Set.Apply(_waiting);
                _waiting.Clear();
            }
        }
        while (!page.IsLast);
        _isReadingAgain = false;
        // While lost entries are put back, the list has entries that the log lacks.
        snapshots?.Progress.Reach(_putBack is null ? page.Anchor : null, _expiredUntil);
        return (asked, page.ProvenAt is { } proven && proven < asked ? proven : asked);
    }

    private void ApplyAll(IReadOnlyList<RevocationEntry> acknowledged, bool isNewer)
    {
        if (!isNewer)
        {
            // The pending changes start at the beginning of the log and are valid only after its end.
            list.Set.Apply(acknowledged);
            return;
        }

        foreach (var entry in acknowledged)
        {
            _waiting.Add(entry);
        }

        list.Set.Apply(_waiting);
        _waiting.Clear();
    }

    private async Task PutBackAsync(CancellationToken stopping)
    {
        if (_putBack is null || (_isPutBackFailing && time.GetElapsedTime(_lastPutBack) < RetryPutBack))
        {
            return;
        }

        _lastPutBack = time.GetTimestamp();
        try
        {
            await _putBack.StepAsync(stopping);
            _isPutBackFailing = false;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // As for reading. The step is retried, and the age of the list does not change.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            if (!_isPutBackFailing)
            {
                NotPutBack(logger, fault.Message);
            }

            _isPutBackFailing = true;
        }

        _putBack = _putBack.IsDone ? null : _putBack;
    }

    [LoggerMessage(EventIds.RevocationsRead, LogLevel.Information, "The revocation list is loaded: {Count} live entries.")]
    private static partial void Read(ILogger logger, int count);

    [LoggerMessage(
        EventIds.RevocationsNotRead, LogLevel.Error,
        "The revocation log cannot be read: {Error}. After MaxStaleness each policy's OnRevocationUnavailable decides.")]
    private static partial void NotRead(ILogger logger, string error);

    [LoggerMessage(
        EventIds.RevocationsNotPutBack, LogLevel.Error,
        "Entries that the revocation log has lost cannot be put back: {Error}. The gateway retries every 5 seconds.")]
    private static partial void NotPutBack(ILogger logger, string error);

    [LoggerMessage(EventIds.RevocationsReadAgain, LogLevel.Information, "The revocation log can be read again: {Count} live entries.")]
    private static partial void ReadAgain(ILogger logger, int count);
}
