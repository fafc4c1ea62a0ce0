using System.Collections.Immutable;
using StackExchange.Redis;

namespace Gateway.Redis;

/// <summary>
/// The one connection to Redis. The client library waits for ever for a server that accepts and never answers, remembers the first
/// password, and notices a dead socket after minutes; so here every call has a deadline, unanswered calls are counted and capped, a
/// breaker spares a silent server, and a connection on which nothing succeeds is thrown away and made anew, with the password read
/// again. Connecting is a background matter: the process starts without Redis.
/// </summary>
internal sealed class RedisConnection : IAsyncDisposable
{
    private const int MaxPending = 256;
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(1);

    private readonly RedisSettings _settings;
    private readonly TimeProvider _time;
    private readonly RedisConnector _connector;
    private readonly RedisHealth _health;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private ImmutableList<Subscription> _subscriptions = [];
    private volatile ConnectionMultiplexer? _multiplexer;
    private Task? _keeping;
    private int _pending;

    public RedisConnection(RedisSettings settings, TimeProvider time, ILogger<RedisConnection> logger)
    {
        _settings = settings;
        _time = time;
        _connector = new RedisConnector(settings, time, logger);
        _health = new RedisHealth(settings.Name, time, logger);
    }

    /// <summary>What every key and channel begins with.</summary>
    public string KeyPrefix => _settings.KeyPrefix;

    /// <summary>How it is doing at the moment, for people.</summary>
    public RedisStatus Status => new(
        _settings.Name,
        _health.Fault is { } fault ? RedisFaults.Of(fault).Message : null,
        _multiplexer is not null,
        _health.IsBreakerOpen);

    /// <summary>The deadline of every call.</summary>
    public TimeSpan Timeout => _settings.Timeout;

    /// <summary>
    /// Makes one call and waits for its answer up to the deadline. The first call of all also waits for the first attempt to connect.
    /// The client knows of writing commands alone that a replica must not get them, so all others are to demand the primary: a replica
    /// that is cut off from it answers, and what it says is old.
    /// </summary>
    /// <exception cref="RedisUnavailableException">It failed, or would have.</exception>
    public async Task<T> CallAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken)
    {
        Start();
        await _firstAttempt.Task.WaitAsync(cancellationToken);
        if (_multiplexer is not { } multiplexer)
        {
            throw new RedisUnavailableException(_health.Fault ?? RedisFault.NotConnected);
        }

        return await CallAsync(multiplexer, call, cancellationToken);
    }

    /// <summary>Waits, when so configured, until enough replicas have what this connection wrote.</summary>
    /// <exception cref="RedisUnavailableException">They have not in time.</exception>
    public async Task WaitForReplicasAsync(CancellationToken cancellationToken)
    {
        if (_settings.WaitReplicas == 0)
        {
            return;
        }

        // Redis' answer comes before the deadline is over.
        var patience = (int)(_settings.Timeout * 0.75).TotalMilliseconds;
        var answer = await CallAsync(
            database => IsCluster(database)
                ? throw new RedisUnavailableException(RedisFault.ClusterWithoutWait)
                : database.ExecuteAsync("WAIT", [_settings.WaitReplicas, patience], CommandFlags.DemandMaster),
            cancellationToken);
        if ((long)answer < _settings.WaitReplicas)
        {
            throw new RedisUnavailableException(RedisFault.NotReplicated);
        }
    }

    /// <summary>
    /// Calls back on every message of a channel, on this connection and those that replace it. Messages can be missed; they only save
    /// the wait until the next look.
    /// </summary>
    public async Task SubscribeAsync(string channel, Action<string?> handler)
    {
        var subscription = new Subscription(channel, handler);
        lock (_lock)
        {
            _subscriptions = _subscriptions.Add(subscription);
        }

        if (_multiplexer is { } multiplexer)
        {
            await SubscribeAsync(multiplexer, subscription);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task? keeping;
        lock (_lock)
        {
            keeping = _keeping ?? Task.CompletedTask;
            _keeping = keeping;
        }

        await _stopping.CancelAsync();
        _firstAttempt.TrySetResult();
        await keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task<T> CallAsync<T>(ConnectionMultiplexer multiplexer, Func<IDatabase, Task<T>> call, CancellationToken cancellationToken)
    {
        if (!_health.MayCall())
        {
            throw new RedisUnavailableException(RedisFault.Silent);
        }

        if (Interlocked.Increment(ref _pending) > MaxPending)
        {
            Interlocked.Decrement(ref _pending);
            throw new RedisUnavailableException(RedisFault.TooManyCalls);
        }

        Task<T>? reply = null;
        try
        {
            reply = call(multiplexer.GetDatabase());
            var answer = await reply.WaitAsync(_settings.Timeout, _time, cancellationToken);
            _health.Answered();
            // Off the client's reader thread: what follows may take its time.
            await Task.Yield();
            return answer;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException or InvalidOperationException)
        {
            var fault = _connector.Classify(exception);
            // Others than the one that would have to answer are there.
            fault = fault == RedisFault.NotConnected && multiplexer.IsConnected ? RedisFault.NoPrimary : fault;
            _health.Failed(fault);
            throw new RedisUnavailableException(fault);
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

    // The call has no key, so the client would send it to any node.
    private static bool IsCluster(IDatabase database) =>
        database.Multiplexer.GetEndPoints().Any(endPoint => database.Multiplexer.GetServer(endPoint).ServerType == ServerType.Cluster);

    private void Start()
    {
        if (_keeping is null)
        {
            lock (_lock)
            {
                _keeping ??= Task.Run(() => KeepConnectedAsync(_stopping.Token));
            }
        }
    }

    private async Task KeepConnectedAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            if (await TryConnectAsync(stopping) is { } multiplexer)
            {
                _multiplexer = multiplexer;
                _health.Connected();
                foreach (var subscription in _subscriptions)
                {
                    await SubscribeAsync(multiplexer, subscription);
                }

                _firstAttempt.TrySetResult();
                await UntilLostAsync(multiplexer, stopping);
                _multiplexer = null;
                _connector.Discard(multiplexer);
            }
            else
            {
                _firstAttempt.TrySetResult();
                await Task.Delay(CheckEvery, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<ConnectionMultiplexer?> TryConnectAsync(CancellationToken stopping)
    {
        try
        {
            return await _connector.ConnectAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
#pragma warning disable CA1031 // A failed attempt is tried again, whatever it was: DNS, TLS, a password file that is being swapped.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _health.Failed(_connector.Classify(exception));
            return null;
        }
    }

    private async Task SubscribeAsync(ConnectionMultiplexer multiplexer, Subscription subscription)
    {
        try
        {
            var channel = new RedisChannel(subscription.Channel, RedisChannel.PatternMode.Literal);
            await multiplexer.GetSubscriber().SubscribeAsync(channel, (_, message) => subscription.Handler(message))
                .WaitAsync(_settings.Timeout, _time, _stopping.Token);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException)
        {
            // Without the doorbell there is still the look each second.
        }
    }

    private async Task UntilLostAsync(ConnectionMultiplexer multiplexer, CancellationToken stopping)
    {
        while (!_health.IsLost)
        {
            await Task.Delay(CheckEvery, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            if (_health.SinceAnswer >= CheckEvery)
            {
                try
                {
                    await CallAsync(multiplexer, database => database.PingAsync(CommandFlags.DemandMaster), stopping);
                }
                catch (Exception fault) when (fault is RedisUnavailableException or OperationCanceledException)
                {
                    // Noted where it was thrown.
                }
            }
        }
    }

    private sealed record Subscription(string Channel, Action<string?> Handler);
}
