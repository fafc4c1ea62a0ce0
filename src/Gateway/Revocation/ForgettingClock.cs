namespace Gateway.Revocation;

/// <summary>
/// The time for forgetting, which cannot be undone: never ahead of what has really passed. A clock that jumps ahead is believed when
/// it has stayed there for an hour; one that goes back is believed at once. Forgetting late costs some memory and nothing else.
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

    /// <summary>Asked again and again, so that a jump is noticed when it comes.</summary>
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

        // The least of the hour: a second jump at its end is not believed with the first.
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
