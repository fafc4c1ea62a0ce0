using System.Collections.Immutable;
using Gateway.Observability;
using StackExchange.Redis;

namespace Gateway.Redis;

/// <summary>
/// The one connection to Redis. The client library waits for ever for a server that accepts and never answers, remembers the first
/// password, and notices a dead socket after minutes; so here every call has a deadline, unanswered calls are counted and capped, a
/// breaker spares a silent server, and a connection on which nothing succeeds is thrown away and made anew, with the password read
/// again. Connecting is a background matter: the process starts without Redis.
/// </summary>
internal sealed partial class RedisConnection : IAsyncDisposable
{
    private const int MaxPending = 256;
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(4);

    private readonly RedisSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RedisBreaker _breaker;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private ImmutableList<Subscription> _subscriptions = [];
    private volatile ConnectionMultiplexer? _multiplexer;
    private Task? _keeping;
    private RedisFault? _fault;
    private long _failingSince;
    private long _lastAnswer;
    private volatile bool _hasPassword;
    private volatile bool _mustReconnect;
    private int _pending;

    public RedisConnection(RedisSettings settings, TimeProvider time, ILogger<RedisConnection> logger)
    {
        _settings = settings;
        _time = time;
        _logger = logger;
        _breaker = new RedisBreaker(time);
    }

    /// <summary>The endpoints, for messages.</summary>
    public string Name => _settings.Name;

    /// <summary>What every key and channel begins with.</summary>
    public string KeyPrefix => _settings.KeyPrefix;

    /// <summary>
    /// Makes one call and waits for its answer up to the deadline. The first call of all also waits for the first attempt to connect.
    /// </summary>
    /// <exception cref="RedisUnavailableException">It failed, or would have.</exception>
    public async Task<T> CallAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken)
    {
        Start();
        await _firstAttempt.Task.WaitAsync(cancellationToken);
        if (_multiplexer is not { } multiplexer)
        {
            throw new RedisUnavailableException(_fault ?? RedisFault.NotConnected);
        }

        return await CallAsync(multiplexer, call, cancellationToken);
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
        if (!_breaker.MayCall())
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
            Answered();
            // Off the client's reader thread: what follows may take its time.
            await Task.Yield();
            return answer;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException or InvalidOperationException)
        {
            var fault = RedisFaults.Classify(exception, _hasPassword);
            Failed(fault);
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
                _mustReconnect = false;
                _multiplexer = multiplexer;
                Answered();
                foreach (var subscription in _subscriptions)
                {
                    await SubscribeAsync(multiplexer, subscription);
                }

                _firstAttempt.TrySetResult();
                await UntilLostAsync(multiplexer, stopping);
                _multiplexer = null;
                Discard(multiplexer);
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
            var options = await _settings.ReadAsync(stopping);
            _hasPassword = !string.IsNullOrEmpty(options.Password);
            var connecting = ConnectionMultiplexer.ConnectAsync(options);
            try
            {
                return await connecting.WaitAsync(LongestConnect, _time, stopping);
            }
            catch (Exception fault) when (fault is TimeoutException or OperationCanceledException)
            {
                // Whatever becomes of it, nobody wants it any more.
                _ = connecting.ContinueWith(
                    late =>
                    {
                        if (late.Status == TaskStatus.RanToCompletion)
                        {
                            Discard(late.GetAwaiter().GetResult());
                        }
                        else
                        {
                            _ = late.Exception;
                        }
                    },
                    CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                throw;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
#pragma warning disable CA1031 // A failed attempt is tried again, whatever it was: DNS, TLS, a password file that is being swapped.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Failed(RedisFaults.Classify(exception, _hasPassword));
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
        while (!_mustReconnect)
        {
            await Task.Delay(CheckEvery, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            if (_time.GetElapsedTime(Volatile.Read(ref _lastAnswer)) >= CheckEvery)
            {
                try
                {
                    await CallAsync(multiplexer, database => database.PingAsync(), stopping);
                }
                catch (Exception fault) when (fault is RedisUnavailableException or OperationCanceledException)
                {
                    // Noted where it was thrown.
                }
            }

            lock (_lock)
            {
                if (_fault is not null && _time.GetElapsedTime(_failingSince) >= ReconnectAfter)
                {
                    return;
                }
            }
        }
    }

    private void Discard(ConnectionMultiplexer multiplexer)
    {
        try
        {
            multiplexer.Close(allowCommandsToComplete: false);
            multiplexer.Dispose();
        }
#pragma warning disable CA1031 // It is being thrown away.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            NotClosed(_logger, fault.Message);
        }
    }

    private void Answered()
    {
        Volatile.Write(ref _lastAnswer, _time.GetTimestamp());
        _breaker.Answered();
        if (_fault is null)
        {
            return;
        }

        lock (_lock)
        {
            if (_fault is null)
            {
                return;
            }

            _fault = null;
        }

        Restored(_logger, Name);
    }

    private void Failed(RedisFault fault)
    {
        if (fault == RedisFault.Silent)
        {
            _breaker.TimedOut();
        }

        // A demoted primary: connecting anew finds its successor.
        _mustReconnect |= fault is RedisFault.ReadOnly or RedisFault.AuthenticationRequired;
        if (!RedisFaults.Of(fault).IsOutage)
        {
            return;
        }

        lock (_lock)
        {
            if (_fault is not null)
            {
                _fault = fault;
                return;
            }

            _fault = fault;
            _failingSince = _time.GetTimestamp();
        }

        Lost(_logger, Name, RedisFaults.Of(fault).Message);
    }

    private sealed record Subscription(string Channel, Action<string?> Handler);

    [LoggerMessage(EventIds.RedisLost, LogLevel.Error, "Redis at {Endpoints}: {Error}. Trying again each second.")]
    private static partial void Lost(ILogger logger, string endpoints, string error);

    [LoggerMessage(EventIds.RedisRestored, LogLevel.Information, "Redis at {Endpoints} answers again.")]
    private static partial void Restored(ILogger logger, string endpoints);

    [LoggerMessage(EventIds.RedisNotClosed, LogLevel.Debug, "A connection to Redis could not be closed: {Error}")]
    private static partial void NotClosed(ILogger logger, string error);
}
