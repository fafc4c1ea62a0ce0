using System.Net;
using StackExchange.Redis;

namespace Gateway.Redis;

/// <summary>
/// Asks the sentinels for the members of a primary. The client can follow sentinels by itself, but does so with blocking calls on the
/// threads that serve requests: a failover then delays requests by seconds. Here each new connection asks once, without blocking.
/// </summary>
internal static class RedisSentinelQuery
{
    /// <summary>Replaces the sentinels in the options by the primary and its replicas.</summary>
    /// <exception cref="RedisUnavailableException">No sentinel that answers knows the name.</exception>
    /// <exception cref="Exception">The exceptions of the client: no sentinel is connected.</exception>
    public static async Task ResolveAsync(ConfigurationOptions options, string serviceName, TextWriter log)
    {
        var sentinels = options.Clone();
        sentinels.CommandMap = CommandMap.Sentinel;
        var multiplexer = await ConnectionMultiplexer.SentinelConnectAsync(sentinels, log);
        await using (multiplexer)
        {
            var answers = await Task.WhenAll(multiplexer.GetServers().Where(server => server.IsConnected).Select(server => AskAsync(server, serviceName)));
            // A partitioned sentinel may still name the old primary.
            if (answers.OfType<Members>().GroupBy(members => members.Primary).MaxBy(group => group.Count()) is not { } named)
            {
                throw new RedisUnavailableException(RedisFault.NotConnected);
            }

            options.ServiceName = null;
            options.EndPoints.Clear();
            foreach (var endPoint in named.SelectMany(members => members.Replicas).Prepend(named.Key).Distinct())
            {
                options.EndPoints.Add(endPoint);
            }
        }
    }

    private static async Task<Members?> AskAsync(IServer sentinel, string serviceName)
    {
        try
        {
            return await sentinel.SentinelGetMasterAddressByNameAsync(serviceName) is { } primary
                ? new Members(primary, await sentinel.SentinelGetReplicaAddressesAsync(serviceName))
                : null;
        }
        catch (Exception fault) when (fault is RedisException or TimeoutException)
        {
            // One sentinel that fails is ignored; the others answer.
            return null;
        }
    }

    private sealed record Members(EndPoint Primary, EndPoint[] Replicas);
}
