namespace Gateway.Revocation;

/// <summary>
/// The clock for removing expired entries. Removal cannot be undone, so this clock must not run ahead of the real time: it follows a clock
/// that jumped forward only after an hour, and one that moved back at once. Late removal costs only memory.
/// </summary>
internal sealed class ForgettingClock(TimeProvider time)
{
    private static readonly TimeSpan Drift = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BelieveAfter = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private DateTimeOffset _anchor = time.GetUtcNow();
    private long _anchored = time.GetTimestamp();
    private long? _aheadSince;
    private TimeSpan _leastAhead;

    /// <summary>The trusted time. Read it at short intervals, so that a jump is detected when it happens.</summary>
    public DateTimeOffset Now
    {
        get
        {
            lock (_lock)
            {
                return Look_NeedsLock();
            }
        }
    }

    private DateTimeOffset Look_NeedsLock()
    {
        var utc = time.GetUtcNow();
        var timestamp = time.GetTimestamp();
        var believed = _anchor + time.GetElapsedTime(_anchored, timestamp);
        var ahead = utc - believed;
        if (ahead < TimeSpan.Zero)
        {
            (_anchor, _anchored, _aheadSince) = (utc, timestamp, null);
            return utc;
        }

        if (ahead < Drift)
        {
            _aheadSince = null;
            return believed;
        }

        // The smallest lead of the hour: a second jump at its end is not trusted together with the first.
        _leastAhead = _aheadSince is null || ahead < _leastAhead ? ahead : _leastAhead;
        _aheadSince ??= timestamp;
        if (time.GetElapsedTime(_aheadSince.Value, timestamp) < BelieveAfter)
        {
            return believed;
        }

        (_anchor, _anchored, _aheadSince) = (believed + _leastAhead, timestamp, null);
        return _anchor;
    }
}
