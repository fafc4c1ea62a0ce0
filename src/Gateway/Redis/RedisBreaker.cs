namespace Gateway.Redis;

/// <summary>
/// Stops asking a server that does not answer: after a few timeouts in a row one call a second goes through as a probe, the others
/// fail at once.
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
