using StackExchange.Redis;

namespace Gateway.Redis;

/// <summary>One connection, and how many calls on it have no answer yet: they are its own, and end with it.</summary>
/// <param name="judge">What others say against these servers as the primary.</param>
internal sealed class RedisLink(
    ConnectionMultiplexer multiplexer, Func<IReadOnlyList<IServer>, Task<RedisFault?>> judge, TimeSpan timeout, TimeProvider time)
{
    public const int MaxPending = 256;

    private int _pending;
    private volatile RedisRoles? _roles;

    public ConnectionMultiplexer Multiplexer => multiplexer;

    /// <summary>True when one of several members is connected, though not the one that was asked for.</summary>
    public bool HasOthers => multiplexer.GetEndPoints().Length > 1 && multiplexer.IsConnected;

    /// <summary>The roles of the members at the last check; null before the first.</summary>
    public RedisRoles? Roles => _roles;

    /// <summary>Checks the roles of the members within the deadline of a call.</summary>
    /// <exception cref="RedisUnavailableException">There is not exactly one primary.</exception>
    /// <exception cref="Exception">The exceptions of the client: the primary did not answer.</exception>
    public async Task<RedisRoles> CheckRolesAsync(CancellationToken cancellationToken)
    {
        // ROLE is as quick as PING, so half of the deadline is left for members that may be silent.
        var roles = await RedisRoles.AskAsync(multiplexer, judge, timeout / 2, time).WaitAsync(timeout, time, cancellationToken);
        _roles = roles;
        return roles.Fault is { } fault ? throw new RedisUnavailableException(fault) : roles;
    }

    /// <summary>Makes one call and waits for its answer up to the deadline.</summary>
    /// <exception cref="RedisUnavailableException">Too many calls are unanswered.</exception>
    /// <exception cref="Exception">The exceptions of the client.</exception>
    public async Task<T> CallAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _pending) > MaxPending)
        {
            Interlocked.Decrement(ref _pending);
            throw new RedisUnavailableException(RedisFault.TooManyCalls);
        }

        Task<T>? reply = null;
        try
        {
            reply = call(multiplexer.GetDatabase());
            return await reply.WaitAsync(timeout, time, cancellationToken);
        }
        finally
        {
            if (reply is null || reply.IsCompleted)
            {
                Interlocked.Decrement(ref _pending);
            }
            else
            {
                // Not answered yet: it counts until the client lets go of it.
                _ = reply.ContinueWith(
                    late =>
                    {
                        _ = late.Exception;
                        Interlocked.Decrement(ref _pending);
                    },
                    CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }
}
