using System.Net;
using Gateway.Foundation;
using StackExchange.Redis;

namespace Gateway.Redis;

/// <summary>The roles of the members of one connection, as they last reported them.</summary>
/// <param name="AskedAt">The timestamp of the question.</param>
/// <param name="Primary">Where the client sends what is of the primary; null for several, as in a cluster.</param>
/// <param name="Fault">Why no reply on this connection counts as the primary's; null when there is exactly one primary.</param>
/// <param name="IsProven">True when the primary itself reported its role. False when an access list forbids ROLE.</param>
/// <param name="IsCluster">
/// Whether the connection is to a cluster, in which each primary owns its own slots, so that two primaries for one key cannot occur.
/// </param>
internal sealed record RedisRoles(long AskedAt, EndPoint? Primary, RedisFault? Fault, bool IsProven, bool IsCluster)
{
    /// <summary>
    /// Asks each connected member for its role. The client remembers a role from the time it connected and checks it again once a minute,
    /// so it would continue to read a demoted primary, or one of two primaries after a partition.
    /// </summary>
    /// <param name="judge">What others say against these servers as the primary.</param>
    /// <param name="patience">How long to wait for members that are not taken for a primary.</param>
    /// <exception cref="RedisUnavailableException">No primary is connected.</exception>
    /// <exception cref="Exception">The exceptions of the client: the primary did not answer.</exception>
    public static async Task<RedisRoles> AskAsync(
        IConnectionMultiplexer multiplexer, Func<IReadOnlyList<IServer>, Task<RedisFault?>> judge, TimeSpan patience, TimeProvider time)
    {
        var asked = time.GetTimestamp();
        var members = multiplexer.GetServers().Where(server => server.IsConnected).ToList();
        var primaries = members.Where(server => !server.IsReplica).ToList();
        if (primaries.Count == 0)
        {
            throw new RedisUnavailableException(members.Count == 0 ? RedisFault.NotConnected : RedisFault.NoPrimary);
        }

        // A cluster has a primary for each range of slots, and its nodes reject keys of other ranges by themselves.
        var isCluster = members.Any(server => server.ServerType == ServerType.Cluster);
        var others = isCluster ? [] : members.Except(primaries).Select(IsPrimaryAsync).ToList();
        Task allOthers = Task.WhenAll(others).WaitAsync(patience, time);
        allOthers.ObserveLate();
        var judging = judge(primaries);
        var answers = await Task.WhenAll(primaries.Select(IsPrimaryAsync));
        // A replica that does not answer says nothing about the primary.
        await allOthers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var isOnlyOne = isCluster || primaries.Count == 1;
        foreach (var other in others)
        {
            isOnlyOne &= !other.IsCompletedSuccessfully || await other != true;
        }

        RedisFault? fault = answers.Contains(false) ? RedisFault.ReadOnly : isOnlyOne ? await judging : RedisFault.SeveralPrimaries;
        return new RedisRoles(asked, primaries is [var primary] ? primary.EndPoint : null, fault, !answers.Contains(null), isCluster);
    }

    /// <summary>Null when the server does not report its role.</summary>
    private static async Task<bool?> IsPrimaryAsync(IServer server)
    {
        try
        {
            return await server.RoleAsync() is Role.Master;
        }
        catch (RedisServerException)
        {
            // An access list forbids it, or a proxy does not know the command.
            return null;
        }
    }
}
