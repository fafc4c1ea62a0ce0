using StackExchange.Redis;

namespace Gateway.Redis;

/// <summary>
/// The connection to Redis. The client library waits without limit for a server that accepts a connection and never responds, keeps the
/// first password, and detects a dead socket after minutes. Therefore each call has a deadline, a breaker protects a silent server, and a
/// connection on which all calls fail is replaced, with the password read again. Connecting happens in the background, so the process
/// starts without Redis.
/// </summary>
internal sealed class RedisConnection : IAsyncDisposable
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);

    private readonly RedisSettings _settings;
    private readonly Func<TimeSpan> _checkRolesEvery;
    private readonly TimeProvider _time;
    private readonly RedisConnector _connector;
    private readonly RedisHealth _health;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly RedisSubscriptions _subscriptions;
    private volatile RedisLink? _link;
    private Task? _keeping;

    /// <param name="checkRolesEvery">How often the servers are asked for their roles; asked for again each time.</param>
    public RedisConnection(RedisSettings settings, Func<TimeSpan> checkRolesEvery, TimeProvider time, ILogger<RedisConnection> logger)
    {
        _settings = settings;
        _checkRolesEvery = checkRolesEvery;
        _time = time;
        _connector = new RedisConnector(settings, time, logger);
        _health = new RedisHealth(settings.Name, time, logger);
        _subscriptions = new RedisSubscriptions(settings.Timeout, time);
    }

    /// <summary>The prefix of all keys and channels.</summary>
    public string KeyPrefix => _settings.KeyPrefix;

    /// <summary>The current state for the status page and readiness.</summary>
    public RedisStatus Status => new(
        _settings.Name,
        _health.Fault is { } fault ? RedisFaults.Of(fault).Message : null,
        _link is not null,
        _health.IsBreakerOpen);

    /// <summary>The deadline of every call.</summary>
    public TimeSpan Timeout => _settings.Timeout;

    /// <summary>True when the primary itself reported its role at the last check. Answers to primary calls count in either case.</summary>
    public bool IsPrimaryProven => _link?.Roles is { Fault: null, IsProven: true };

    /// <summary>The timestamp of the last check at which the primary itself reported its role; null when it does not tell, and in a
    /// cluster, whose nodes without the key do not matter.</summary>
    public long? PrimaryAt => _link?.Roles is { Fault: null, IsProven: true, IsCluster: false } roles ? roles.AskedAt : null;

    /// <summary>The time since the primaries last reported their role; null when they did not.</summary>
    public TimeSpan? SincePrimary => _link?.Roles is { Fault: null, IsProven: true } roles ? _time.GetElapsedTime(roles.AskedAt) : null;

    /// <summary>
    /// Makes one call and waits for its answer up to the deadline. The first call of all also waits for the first attempt to connect.
    /// The client knows of writing commands alone that a replica must not get them, so all others are to demand the primary: a replica
    /// that is cut off from it answers, and what it says is old.
    /// </summary>
    /// <exception cref="RedisUnavailableException">It failed, or would have.</exception>
    public async Task<T> CallAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken) =>
        await CallAsync(await LinkAsync(cancellationToken), call, isOfPrimary: true, cancellationToken);

    /// <summary>The same of whichever member answers, which says nothing about how the primary is doing.</summary>
    /// <exception cref="RedisUnavailableException">It failed, or would have.</exception>
    public async Task<T> CallAnyAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken) =>
        await CallAsync(await LinkAsync(cancellationToken), call, isOfPrimary: false, cancellationToken);

    /// <summary>The current connection, so that callers can detect a replacement; null when there is none.</summary>
    public async Task<RedisLink?> LinkAsync(CancellationToken cancellationToken)
    {
        Start();
        await _firstAttempt.Task.WaitAsync(cancellationToken);
        return _link;
    }

    /// <summary>Before a write that <see cref="ConfirmWriteAsync"/> confirms.</summary>
    public async Task<RedisWrite> BeginWriteAsync(CancellationToken cancellationToken)
    {
        var link = await LinkAsync(cancellationToken);
        return new RedisWrite(link, link?.Roles?.Primary);
    }

    /// <summary>
    /// Confirms a write: waits, if so configured, until enough replicas have it, then asks for the roles. A primary that was replaced takes
    /// writes until it is told to follow its successor, and then discards them.
    /// </summary>
    /// <exception cref="RedisUnavailableException">Too few replicas have it in time, or its primary may have been replaced.</exception>
    public async Task ConfirmWriteAsync(RedisWrite write, CancellationToken cancellationToken)
    {
        // On a new connection Redis answers WAIT as if nothing were missing.
        if (_link is not { } link || link != write.Link)
        {
            throw new RedisUnavailableException(RedisFault.NotConfirmed);
        }

        if (_settings.WaitReplicas is > 0 and var replicas
            && await CallAsync(link, database => link.WaitAsync(database, replicas), isOfPrimary: true, cancellationToken) < replicas)
        {
            throw new RedisUnavailableException(RedisFault.NotReplicated);
        }

        // A cluster's nodes notice by themselves that they were replaced, and a node that owns other slots may be down.
        if (link.Roles is { IsCluster: true })
        {
            return;
        }

        var roles = await ObserveAsync(link, () => link.CheckRolesAsync(cancellationToken), isOfPrimary: true, cancellationToken);
        // The client finds a new primary by itself, and may have found it before the write or after it.
        if (!Equals(roles.Primary, write.Primary))
        {
            throw new RedisUnavailableException(RedisFault.NotConfirmed);
        }
    }

    /// <summary>
    /// Calls back on every message of a channel, on this connection and those that replace it. Messages can be lost; they only shorten the
    /// wait until the next poll.
    /// </summary>
    public Task SubscribeAsync(string channel, Action<string?> handler) =>
        _subscriptions.AddAsync(channel, handler, _link, _stopping.Token);

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
        _connector.Dispose();
        _stopping.Dispose();
    }

    private async Task<T> CallAsync<T>(
        RedisLink? link, Func<IDatabase, Task<T>> call, bool isOfPrimary, CancellationToken cancellationToken)
    {
        if (link is null)
        {
            throw new RedisUnavailableException(_health.Fault ?? RedisFault.NotConnected);
        }

        // Roles that an access list hides are known to be hidden. Roles that were not told yet say nothing about who answers.
        if (isOfPrimary && (link.Roles is { } roles ? roles.Fault : _health.Fault ?? RedisFault.NotConnected) is { } role)
        {
            throw new RedisUnavailableException(role);
        }

        if (!_health.MayCall(isOfPrimary))
        {
            throw new RedisUnavailableException(RedisFault.Silent);
        }

        return await ObserveAsync(link, () => link.CallAsync(call, cancellationToken), isOfPrimary, cancellationToken);
    }

    /// <summary>Makes a call and updates the health of the connection from its result.</summary>
    private async Task<T> ObserveAsync<T>(RedisLink link, Func<Task<T>> call, bool isOfPrimary, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await call();
            // A result of a replaced connection must not change the health of its successor.
            if (link == _link)
            {
                _health.Answered(isOfPrimary);
            }

            // Continue on another thread than the client's reader: the continuation may take long and may close the connection.
            await Task.Yield();
            return answer;
        }
        // The client throws what it likes, cancellation of its own included; every fault of a call is one of the closed list.
#pragma warning disable CA1031
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            var fault = exception is RedisUnavailableException own ? own.Fault : _connector.Classify(exception);
            fault = fault == RedisFault.NotConnected && link.HasOthers ? RedisFault.NoPrimary : fault;
            if (link == _link)
            {
                _health.Failed(fault, isOfPrimary);
            }

            await Task.Yield();
            throw new RedisUnavailableException(fault);
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
                var (link, before) = (new RedisLink(multiplexer, _connector.JudgeAsync, _settings.Timeout, _time), _link);
                _link = link;
                _health.Connected();
                Discard(before);
                await CheckRolesAsync(link, stopping);
                _firstAttempt.TrySetResult();
                await _subscriptions.RestoreAsync(link, stopping);
                await UntilLostAsync(link, stopping);
                if (!_health.IsObsolete)
                {
                    // No call succeeds on it. An obsolete connection stays in use until its replacement is connected.
                    _link = null;
                    Discard(link);
                }
            }
            else
            {
                _firstAttempt.TrySetResult();
                await Task.Delay(RetryEvery, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        Discard(Interlocked.Exchange(ref _link, null));
    }

    private void Discard(RedisLink? link)
    {
        if (link is not null)
        {
            _connector.Discard(link.Multiplexer);
        }
    }

    private async Task<ConnectionMultiplexer?> TryConnectAsync(CancellationToken stopping)
    {
        try
        {
            var multiplexer = await _connector.ConnectAsync(stopping);
            await Task.Yield();
            return multiplexer;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
#pragma warning disable CA1031 // A failed attempt is tried again, whatever it was: DNS, TLS, a password file that is being swapped.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _health.Failed(_connector.Classify(exception), isOfPrimary: true);
            return null;
        }
    }

    private async Task UntilLostAsync(RedisLink link, CancellationToken stopping)
    {
        // At the earliest after the first delay: an error that a new connection does not cure must not be retried in a loop.
        do
        {
            await Task.Delay(_checkRolesEvery(), _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await CheckRolesAsync(link, stopping);
            await _subscriptions.RestoreAsync(link, stopping);
        }
        while (!_health.IsLost && !stopping.IsCancellationRequested);
    }

    private async Task CheckRolesAsync(RedisLink link, CancellationToken stopping)
    {
        try
        {
            var roles = await ObserveAsync(link, () => link.CheckRolesAsync(stopping), isOfPrimary: true, stopping);
            if (!roles.IsProven)
            {
                _health.RoleIsHidden();
            }
        }
        catch (Exception fault) when (fault is RedisUnavailableException or OperationCanceledException)
        {
            // ObserveAsync has recorded the fault.
        }
    }
}
