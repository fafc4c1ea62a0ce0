using Gateway.Foundation;
using StackExchange.Redis;

namespace Gateway.Redis;

/// <summary>Opens connections within a bounded time, each with the current password, and closes them.</summary>
internal sealed partial class RedisConnector(RedisSettings settings, TimeProvider time, ILogger logger) : IDisposable
{
    // Longer than the client's own limit, which the client sometimes exceeds.
    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(4);

    private readonly RedisSentinelQuery _sentinels = new(settings, time);
    private volatile bool _hasPassword;
    private volatile bool _isUntrusted;
    private volatile bool _isForeign;

    /// <summary>What is wrong, from an exception of the client and what else is known about the last attempt.</summary>
    public RedisFault Classify(Exception exception)
    {
        var fault = RedisFaults.Classify(exception, _hasPassword);
        return exception is not RedisConnectionException ? fault
            : _isUntrusted ? RedisFault.Untrusted
            : _isForeign ? RedisFault.Garbage
            : fault;
    }

    /// <exception cref="Exception">Whatever went wrong.</exception>
    public async Task<ConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        (_isUntrusted, _isForeign) = (false, false);
        var options = await settings.ReadAsync(() => _isUntrusted = true, cancellationToken);
        _hasPassword = !string.IsNullOrEmpty(options.Password);
        using var log = new StringWriter();
        var connecting = ConnectAsync(options, TextWriter.Synchronized(log));
        try
        {
            return await connecting.WaitAsync(LongestConnect, time, cancellationToken);
        }
        catch (RedisConnectionException)
        {
            // The exception does not say that the server uses another protocol; only this log does.
            _isForeign = log.ToString().Contains("protocol failure", StringComparison.OrdinalIgnoreCase);
            throw;
        }
        catch (Exception fault) when (fault is TimeoutException or OperationCanceledException)
        {
            _ = connecting.ContinueWith(DiscardLate, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>What the sentinels, if there are any, say against these servers as the primary.</summary>
    public Task<RedisFault?> JudgeAsync(IReadOnlyList<IServer> primaries) => _sentinels.JudgeAsync(primaries);

    public void Dispose() => _sentinels.Dispose();

    private async Task<ConnectionMultiplexer> ConnectAsync(ConfigurationOptions options, TextWriter log)
    {
        await _sentinels.ResolveAsync(options, log);
        return await ConnectionMultiplexer.ConnectAsync(options, log);
    }

    public void Discard(ConnectionMultiplexer multiplexer)
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
            NotClosed(logger, fault.Message);
        }
    }

    /// <summary>Closes the connection of an abandoned attempt, or observes its exception.</summary>
    private void DiscardLate(Task<ConnectionMultiplexer> late)
    {
        if (late.IsCompletedSuccessfully)
        {
            Discard(late.GetAwaiter().GetResult());
        }
        else
        {
            // Observe the exception so that it does not surface as an unobserved one.
            _ = late.Exception;
        }
    }

    [LoggerMessage(EventIds.RedisNotClosed, LogLevel.Debug, "A connection to Redis could not be closed: {Error}")]
    private static partial void NotClosed(ILogger logger, string error);
}
