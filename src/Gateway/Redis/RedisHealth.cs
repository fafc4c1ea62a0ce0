using Gateway.Foundation;

namespace Gateway.Redis;

/// <summary>
/// How a connection is doing, from the outcome of its calls: what is wrong, since when, and whether to call at all. One log line for each
/// kind of fault in an outage.
/// </summary>
internal sealed partial class RedisHealth(string endpoints, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(3);

    private readonly RedisBreaker _breaker = new(time);

    // Of members that are asked while the primary is away: their silence is not the primary's.
    private readonly RedisBreaker _others = new(time);
    private readonly Lock _lock = new();

    // Faults of this outage that the log has named. The first is often mere silence; the rejected password behind it shows later.
    private readonly HashSet<RedisFault> _named = [];
    private RedisFault? _fault;
    private long _failingSince;
    private volatile bool _isObsolete;
    private bool _isRoleHidden;

    public RedisFault? Fault
    {
        get
        {
            lock (_lock)
            {
                return _fault;
            }
        }
    }

    /// <summary>Whether the server has been silent for so long that calls are not made.</summary>
    public bool IsBreakerOpen => _breaker.IsOpen;

    /// <summary>Whether the connection must be replaced.</summary>
    public bool IsLost
    {
        get
        {
            lock (_lock)
            {
                return _isObsolete || (_fault is not null && time.GetElapsedTime(_failingSince) >= LostAfter);
            }
        }
    }

    /// <summary>Whether the connection works, but not for all there is to ask.</summary>
    public bool IsObsolete => _isObsolete;

    public bool MayCall(bool isOfPrimary) => (isOfPrimary ? _breaker : _others).MayCall();

    /// <summary>A new connection, which has time to show whether all is well again.</summary>
    public void Connected()
    {
        _breaker.Answered();
        _others.Answered();
        lock (_lock)
        {
            _isObsolete = false;
            _failingSince = time.GetTimestamp();
        }
    }

    public void Answered(bool isOfPrimary)
    {
        if (!isOfPrimary)
        {
            _others.Answered();
            return;
        }

        _breaker.Answered();
        lock (_lock)
        {
            if (_fault is null)
            {
                return;
            }

            _fault = null;
            _named.Clear();
        }

        Restored(logger, endpoints);
    }

    /// <summary>The server does not report its role. Logged once.</summary>
    public void RoleIsHidden()
    {
        if (!_isRoleHidden)
        {
            _isRoleHidden = true;
            RoleHidden(logger, endpoints);
        }
    }

    public void Failed(RedisFault fault, bool isOfPrimary)
    {
        if (fault == RedisFault.Silent)
        {
            (isOfPrimary ? _breaker : _others).TimedOut();
        }

        if (!isOfPrimary)
        {
            return;
        }

        lock (_lock)
        {
            // Who has the key now, the client asks when it connects; and it may go on talking to the one that had it for as long as others
            // of the cluster answer.
            _isObsolete |= fault is RedisFault.ReadOnly or RedisFault.NoPrimary or RedisFault.Moved or RedisFault.Garbage
                or RedisFault.SeveralPrimaries or RedisFault.Replaced or RedisFault.TooFewReplicas;
            if (!RedisFaults.Of(fault).IsOutage)
            {
                return;
            }

            _failingSince = _fault is null ? time.GetTimestamp() : _failingSince;
            _fault = fault;
            if (!_named.Add(fault))
            {
                return;
            }
        }

        Lost(logger, endpoints, RedisFaults.Of(fault).Message);
    }

    [LoggerMessage(EventIds.RedisLost, LogLevel.Error, "Redis at {Endpoints}: {Error}. Trying again each second.")]
    private static partial void Lost(ILogger logger, string endpoints, string error);

    [LoggerMessage(EventIds.RedisRoleHidden, LogLevel.Warning, "Redis at {Endpoints} does not let the gateway ask for its role. Allow its user the command ROLE: without it a writable replica is not told from the primary, and no look-up counts.")]
    private static partial void RoleHidden(ILogger logger, string endpoints);

    [LoggerMessage(EventIds.RedisRestored, LogLevel.Information, "Redis at {Endpoints} answers again.")]
    private static partial void Restored(ILogger logger, string endpoints);
}
