using Gateway.Foundation;

namespace Gateway.Redis;

/// <summary>
/// Tracks the health of a connection from the results of its calls: the fault, its start, and whether calls are allowed. It writes one log
/// line for each kind of fault in an outage.
/// </summary>
internal sealed partial class RedisHealth(string endpoints, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(3);

    private readonly RedisBreaker _breaker = new(time);

    // Timeouts of replicas, which are asked while the primary is down, must not open the primary's breaker.
    private readonly RedisBreaker _others = new(time);
    private readonly Lock _lock = new();

    // Faults of this outage that were logged. The first is often a timeout; the cause, such as a rejected password, appears later.
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

    /// <summary>True when the breaker blocks calls because the server does not respond.</summary>
    public bool IsBreakerOpen => _breaker.IsOpen;

    /// <summary>True when the connection must be replaced.</summary>
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

    /// <summary>True when the connection works but must be replaced, because it does not lead to the primary.</summary>
    public bool IsObsolete => _isObsolete;

    public bool MayCall(bool isOfPrimary) => (isOfPrimary ? _breaker : _others).MayCall();

    /// <summary>A new connection was opened; it gets three seconds until a persistent fault replaces it.</summary>
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
            // The client learns the current primary only when it connects. With an old connection it may call a former primary for as long
            // as other members respond.
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

    [LoggerMessage(EventIds.RedisLost, LogLevel.Error, "Redis at {Endpoints}: {Error}. The gateway retries every second.")]
    private static partial void Lost(ILogger logger, string endpoints, string error);

    [LoggerMessage(
        EventIds.RedisRoleHidden, LogLevel.Warning,
        "Redis at {Endpoints} rejects the command ROLE. Allow it for the gateway's user: without it the gateway cannot tell a writable " +
            "replica from the primary, and ignores look-ups.")]
    private static partial void RoleHidden(ILogger logger, string endpoints);

    [LoggerMessage(EventIds.RedisRestored, LogLevel.Information, "Redis at {Endpoints} responds again.")]
    private static partial void Restored(ILogger logger, string endpoints);
}
