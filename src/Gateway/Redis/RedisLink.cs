using System.Net;
using Gateway.Foundation;
using StackExchange.Redis;

namespace Gateway.Redis;

/// <summary>Where a write goes, as it was known before the write.</summary>
internal readonly record struct RedisWrite(RedisLink? Link, EndPoint? Primary);

/// <summary>One connection: its calls, and the roles of its members.</summary>
/// <param name="judge">What others say against these servers as the primary.</param>
internal sealed class RedisLink(
    ConnectionMultiplexer multiplexer, Func<IReadOnlyList<IServer>, Task<RedisFault?>> judge, TimeSpan timeout, TimeProvider time)
{
    private readonly Lock _lock = new();
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
        lock (_lock)
        {
            // A check that began earlier may end later.
            _roles = _roles is { } last && last.AskedAt > roles.AskedAt ? last : roles;
        }

        return roles.Fault is { } fault ? throw new RedisUnavailableException(fault) : roles;
    }

    /// <summary>Waits for replicas to take what was written. How many have it; the answer comes before the deadline of a call.</summary>
    /// <exception cref="RedisUnavailableException">A cluster: the call has no key, so the client would send it to any node.</exception>
    public async Task<long> WaitAsync(IDatabase database, int replicas) => _roles is { IsCluster: true }
        ? throw new RedisUnavailableException(RedisFault.ClusterWithoutWait)
        : (long)await database.ExecuteAsync("WAIT", [replicas, (int)(timeout * 0.75).TotalMilliseconds], CommandFlags.DemandMaster);

    /// <summary>Makes one call and waits for its answer up to the deadline.</summary>
    /// <exception cref="Exception">The exceptions of the client.</exception>
    public async Task<T> CallAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken)
    {
        var reply = call(multiplexer.GetDatabase());
        try
        {
            return await reply.WaitAsync(timeout, time, cancellationToken);
        }
        finally
        {
            // The client completes the call later.
            reply.ObserveLate();
        }
    }
}
