namespace Gateway.Redis;

/// <summary>
/// A circuit breaker for a server that does not respond. After three timeouts in a row, it allows one call per second as a probe; other
/// calls fail at once.
/// </summary>
internal sealed class RedisBreaker(TimeProvider time)
{
    private const int TimeoutsToOpen = 3;
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private int _timeouts;
    private long _lastProbe;

    public bool IsOpen => Volatile.Read(ref _timeouts) >= TimeoutsToOpen;

    public bool MayCall()
    {
        if (!IsOpen)
        {
            return true;
        }

        lock (_lock)
        {
            if (IsOpen && time.GetElapsedTime(_lastProbe) < ProbeEvery)
            {
                return false;
            }

            _lastProbe = time.GetTimestamp();
            return true;
        }
    }

    public void Answered() => Volatile.Write(ref _timeouts, 0);

    public void TimedOut()
    {
        lock (_lock)
        {
            if (++_timeouts == TimeoutsToOpen)
            {
                _lastProbe = time.GetTimestamp();
            }
        }
    }
}
