using System.Globalization;
using Gateway.Foundation;
using Gateway.Redis;
using Gateway.Telemetry;
using StackExchange.Redis;

namespace Gateway.RouteFeatures.Limits;

/// <summary>
/// Counts shared limits in Redis. A request waits for Redis at most as long as any call may take. While Redis is down, one request
/// at a time tries it, and the replica counts all others by itself without waiting.
/// </summary>
internal sealed partial class SharedRateLimits(
    RedisConnection redis, GatewayMetrics metrics, TimeProvider time, ILogger<SharedRateLimits> logger)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan TryEvery = TimeSpan.FromMilliseconds(100);

    private readonly RequestCalls _calls = new(RequestCalls.OfLimits, time);
    private readonly Total _shared = metrics.CountedBy("redis");
    private readonly Total _local = metrics.CountedBy("replica");
    private volatile bool _isDown;
    private long _nextTry;

    /// <summary>Starts to connect, which takes longer than a request may wait.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = redis.LinkAsync(CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Null when the replica has to count by itself.</summary>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public async ValueTask<RateLimitCount?> CountAsync(RateLimitSettings limit, string partition, CancellationToken aborted)
    {
        if (_isDown && !MayTry())
        {
            _local.Add();
            return null;
        }

        try
        {
            // Variables of this block, so that a replica that counts by itself allocates nothing.
            var (counted, key) = (limit, SharedLimitKey.Of(redis.KeyPrefix, limit, partition));
            var count = await _calls.WaitAsync(() => CallAsync(counted, key), redis.Timeout, aborted);
            Answered();
            _shared.Add();
            return count;
        }
        catch (Exception fault) when (fault is RedisUnavailableException or TimeoutException)
        {
            Failed((fault as RedisUnavailableException)?.Fault ?? RedisFault.Silent);
            _local.Add();
            return null;
        }
    }

    public void Dispose() => _calls.Dispose();

    private async Task<RateLimitCount> CallAsync(RateLimitSettings limit, string key) => Read(await redis.CallAsync(
        database => database.ScriptEvaluateAsync(
            SharedLimitScript.Of(limit.Kind),
            [key],
            [limit.Permits, limit.Window!.Value.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture), limit.Segments],
            CommandFlags.DemandMaster),
        CancellationToken.None));

    private static RateLimitCount Read(RedisResult answer)
    {
        try
        {
            return (long[]?)answer is [var passes, var remaining, var reset, var retry]
                ? new RateLimitCount(passes == 1, remaining, TimeSpan.FromMilliseconds(reset), TimeSpan.FromMilliseconds(retry))
                : throw new RedisUnavailableException(RedisFault.Garbage);
        }
        catch (Exception fault) when (fault is InvalidCastException or FormatException)
        {
            throw new RedisUnavailableException(RedisFault.Garbage);
        }
    }

    private bool MayTry()
    {
        var (next, now) = (Volatile.Read(ref _nextTry), time.GetTimestamp());
        return now >= next && Interlocked.CompareExchange(ref _nextTry, now + TryTicks, next) == next;
    }

    private long TryTicks => (long)(TryEvery.TotalSeconds * time.TimestampFrequency);

    private void Answered()
    {
        if (_isDown)
        {
            _isDown = false;
            Restored(logger);
        }
    }

    /// <summary>One slow call is no outage: the replica counts this one request. After several in a row the breaker opens.</summary>
    private void Failed(RedisFault fault)
    {
        if (fault is RedisFault.Silent or RedisFault.TooManyCalls && !redis.Status.IsBreakerOpen)
        {
            return;
        }

        Volatile.Write(ref _nextTry, time.GetTimestamp() + TryTicks);
        if (!_isDown)
        {
            _isDown = true;
            CountingAlone(logger, RedisFaults.Of(fault).Message);
        }
    }

    [LoggerMessage(
        EventIds.SharedLimitsLocal, LogLevel.Warning,
        "Shared rate limits are counted by this replica alone: {Error}. Until Redis counts again, each replica lets through the whole " +
            "limit.")]
    private static partial void CountingAlone(ILogger logger, string error);

    [LoggerMessage(EventIds.SharedLimitsRestored, LogLevel.Information, "Shared rate limits are counted in Redis again.")]
    private static partial void Restored(ILogger logger);
}
