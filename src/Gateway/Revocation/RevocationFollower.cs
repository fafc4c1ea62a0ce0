using Gateway.Foundation;

namespace Gateway.Revocation;

/// <summary>Replays the log into the set before the first request, then follows it. A fault of the store only makes the list older.</summary>
internal sealed partial class RevocationFollower(IRevocationLog log, RevocationList list, TimeProvider time, ILogger<RevocationFollower> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryAfterFault = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryPutBack = TimeSpan.FromSeconds(5);

    private readonly ForgettingClock _clock = new(time);
    // Once requests rely on the list, pages are applied together: a store that is read again from its start must not undo, page by page,
    // what the last page still says. Kept through a fault: after a loss nobody else may have them.
    private readonly RevocationChanges _waiting = new(list.Set);
    private LogPosition _position;

    // The latest minute as of which entries were left out or forgotten as expired.
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

    /// <summary>Whether the log lost something that is not yet put back.</summary>
    internal bool IsPuttingBack => _putBack is not null;

    /// <summary>Waits for news, reads it, and does what is due; false when the log cannot be read.</summary>
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
            // After a fault there is enough to read without waiting for more.
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
#pragma warning disable CA1031 // A store may fail in any way; every fault means the same to us: the list grows old, requests go on.
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
            // The clock was ahead and was set back: entries that were left out or forgotten as expired are live again.
            _position = default;
        }

        _expiredUntil = RevocationClock.MinuteOf(now);
        if (_isReadingAgain)
        {
            // A fault came between: who answers now may be another server, with less.
            _putBack = new RevocationPutBack(list.Set, log, logger);
        }

        var position = _position;
        RevocationPage page;
        long asked;
        do
        {
            asked = time.GetTimestamp();
            page = await log.ReadAfterAsync(position, stopping);
            position = page.Position;
            if (page.IsAfterLoss)
            {
                _putBack = new RevocationPutBack(list.Set, log, logger);
                _position = position;
                // Other replicas may not have these entries, nor those that wait, so they take effect at once; none is older than the known
                // ones.
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

                // What another replica believes to have been taken back is not news to one that knows of a later revocation.
                var isOld = i < page.Repeated || (_putBack is not null && page.Entries[i] is { Digest: not null, Operation: RevocationOperation.Restore });
                _waiting.Add(page.Entries[i], isOld);
            }

            if (!_isReadingAgain || page.IsLast)
            {
                // From here on also after a fault: whether the log still has this page is seen only from its end.
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
        return (asked, page.ProvenAt is { } proven && proven < asked ? proven : asked);
    }

    private void ApplyAll(IReadOnlyList<RevocationEntry> acknowledged, bool isNewer)
    {
        if (!isNewer)
        {
            // What waits was read from the log's start, and only its end says what holds.
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
#pragma warning disable CA1031 // As in reading: it is tried again, and the list is no older for it.
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

    [LoggerMessage(EventIds.RevocationsNotRead, LogLevel.Error, "The revocation log cannot be read: {Error}. After MaxStaleness each policy's OnRevocationUnavailable decides.")]
    private static partial void NotRead(ILogger logger, string error);

    [LoggerMessage(EventIds.RevocationsNotPutBack, LogLevel.Error, "What the revocation log has lost cannot be put back: {Error}. Trying again every 5 seconds.")]
    private static partial void NotPutBack(ILogger logger, string error);

    [LoggerMessage(EventIds.RevocationsReadAgain, LogLevel.Information, "The revocation log can be read again: {Count} live entries.")]
    private static partial void ReadAgain(ILogger logger, int count);
}
