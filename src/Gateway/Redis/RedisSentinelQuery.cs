using System.Net;
using StackExchange.Redis;

namespace Gateway.Redis;

/// <summary>
/// Asks the sentinels for the members of a primary. The client can follow sentinels by itself, but does so with blocking calls on the
/// threads that serve requests: a failover then delays requests by seconds. Here each new connection asks, and each check of the roles
/// asks again, without blocking: a primary that was replaced and is cut off from the sentinels still reports that it is the primary.
/// </summary>
internal sealed class RedisSentinelQuery(RedisSettings settings, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ResolvePatience = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private ConnectionMultiplexer? _sentinels;
    private string? _serviceName;
    private bool _isDisposed;
    private Task _reconnecting = Task.CompletedTask;

    /// <summary>
    /// Replaces the sentinels in the options by the primary and its replicas; leaves options without sentinels as they are.
    /// </summary>
    /// <exception cref="RedisUnavailableException">No sentinel that answers knows the name, or most do not name the same
    /// primary.</exception>
    /// <exception cref="Exception">The exceptions of the client: no sentinel is connected.</exception>
    public async Task ResolveAsync(ConfigurationOptions options, TextWriter log)
    {
        if (options.ServiceName is not { Length: > 0 } name)
        {
            return;
        }

        var sentinels = await ConnectAsync(options, log);
        _serviceName = name;
        var answers = await AskAsync(sentinels, sentinel => MembersAsync(sentinel, name), ResolvePatience);
        if (answers.Count == 0)
        {
            throw new RedisUnavailableException(RedisFault.NotConnected);
        }

        var named = MostNamed(answers.Select(members => members.Primary))
            ?? throw new RedisUnavailableException(RedisFault.SentinelsDisagree);
        options.ServiceName = null;
        // The members are compared with what the sentinels name, which may be host names.
        options.ResolveDns = false;
        options.EndPoints.Clear();
        foreach (var endPoint in SentinelAnswer.ReplicasOf(named, answers).Prepend(named).Distinct())
        {
            options.EndPoints.Add(endPoint);
        }
    }

    /// <summary>What the sentinels say against these servers as the primary; null when nothing, and when no sentinel answers.</summary>
    public async Task<RedisFault?> JudgeAsync(IReadOnlyList<IServer> primaries)
    {
        if (_serviceName is not { } name || _sentinels is not { } sentinels)
        {
            return null;
        }

        // Before the deadline of the check itself.
        var answers = await AskAsync(sentinels, sentinel => sentinel.SentinelGetMasterAddressByNameAsync(name), settings.Timeout * 0.75);
        if (answers.Count == 0)
        {
            _reconnecting = _reconnecting.IsCompleted ? Task.Run(ReconnectAsync) : _reconnecting;
            return null;
        }

        return MostNamed(answers) is not { } named ? RedisFault.SentinelsDisagree
            : primaries.Any(server => !server.EndPoint.Equals(named)) ? RedisFault.Replaced
            : null;
    }

    public void Dispose()
    {
        _isDisposed = true;
        Keep(null);
    }

    /// <summary>Strictly more than half: with a tie, either side may be the one that is cut off.</summary>
    private static EndPoint? MostNamed(IEnumerable<EndPoint> answers)
    {
        var all = answers.ToList();
        return all.GroupBy(endPoint => endPoint).FirstOrDefault(group => group.Count() * 2 > all.Count)?.Key;
    }

    /// <summary>The answers that come in time. Sentinels that do not know the name count as silent.</summary>
    private async Task<List<T>> AskAsync<T>(ConnectionMultiplexer sentinels, Func<IServer, Task<T?>> ask, TimeSpan patience)
        where T : class
    {
        var asked = sentinels.GetServers().Where(server => server.IsConnected).Select(AskOneAsync).ToList();
        return [.. (await Task.WhenAll(asked)).OfType<T>()];

        async Task<T?> AskOneAsync(IServer sentinel)
        {
            try
            {
                return await ask(sentinel).WaitAsync(patience, time);
            }
            catch (Exception fault) when (fault is RedisException or RedisCommandException or TimeoutException or ObjectDisposedException
                or OperationCanceledException)
            {
                // The others answer.
                return null;
            }
        }
    }

    private static async Task<SentinelAnswer?> MembersAsync(IServer sentinel, string name) =>
        await sentinel.SentinelGetMasterAddressByNameAsync(name) is { } primary
            ? new SentinelAnswer(primary, [.. (await sentinel.SentinelReplicasAsync(name)).Select(SentinelReplica.Of)])
            : null;

    private async Task<ConnectionMultiplexer> ConnectAsync(ConfigurationOptions options, TextWriter? log)
    {
        // As plain servers: with the name the client would follow them by itself.
        var sentinels = options.Clone();
        sentinels.ServiceName = null;
        sentinels.CommandMap = CommandMap.Sentinel;
        var connected = await ConnectionMultiplexer.ConnectAsync(sentinels, log);
        Keep(connected);
        return connected;
    }

    /// <summary>With the addresses and the password of now, which the client does not read again.</summary>
    private async Task ReconnectAsync()
    {
        try
        {
            await ConnectAsync(await settings.ReadAsync(() => { }, CancellationToken.None), log: null);
        }
#pragma warning disable CA1031 // Whatever it was, the next check tries again.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Until then the roles alone decide.
        }
    }

    private void Keep(ConnectionMultiplexer? connected)
    {
        ConnectionMultiplexer? before;
        lock (_lock)
        {
            (before, _sentinels) = _isDisposed ? (connected ?? _sentinels, null) : (_sentinels, connected);
        }

        if (before is not null)
        {
            before.Close(allowCommandsToComplete: false);
            before.Dispose();
        }
    }
}
