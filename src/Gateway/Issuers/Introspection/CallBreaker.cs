namespace Gateway.Issuers.Introspection;

/// <summary>
/// Stops the calls to a server that does not respond: after <see cref="MostFailures"/> in a row for a second, then for twice as long each
/// time up to half a minute. After the pause one call tries, and its outcome decides for the others.
/// </summary>
internal sealed class CallBreaker(TimeProvider time)
{
    public const int MostFailures = 5;

    private const int MostDoublings = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private int _failures;
    private int _pauses;
    private long? _pausedAt;
    private TimeSpan _pause;
    private bool _isTrying;

    public bool IsOpen
    {
        get
        {
            lock (_lock)
            {
                return _pausedAt is not null;
            }
        }
    }

    /// <summary>Whether to call. A call that begins must end with <see cref="Succeeded"/> or <see cref="Failed"/>.</summary>
    public bool MayCall()
    {
        lock (_lock)
        {
            if (_pausedAt is not { } pausedAt)
            {
                return true;
            }

            if (_isTrying || time.GetElapsedTime(pausedAt) < _pause)
            {
                return false;
            }

            _isTrying = true;
            return true;
        }
    }

    public void Succeeded()
    {
        lock (_lock)
        {
            (_failures, _pauses, _pausedAt, _isTrying) = (0, 0, null, false);
        }
    }

    public void Failed()
    {
        lock (_lock)
        {
            _isTrying = false;
            if (++_failures < MostFailures)
            {
                return;
            }

            var pause = FirstPause * (1 << Math.Min(_pauses++, MostDoublings));
            _pause = pause < LongestPause ? pause : LongestPause;
            _pausedAt = time.GetTimestamp();
        }
    }
}
