using System.Threading.RateLimiting;

namespace Gateway.RouteFeatures.Limits;

/// <summary>
/// A named limit that counts: in Redis together with the other replicas, or by itself. The library forgets callers that have all their
/// permits back, so what is kept here is bounded by those who have called within a window.
/// </summary>
/// <param name="time">Tells when a fixed window ends.</param>
/// <param name="shared">Counts for all replicas; null for a limit that is not shared, and without a connection to Redis.</param>
internal sealed class RateLimit(RateLimitSettings settings, TimeProvider time, SharedRateLimits? shared) : IDisposable
{
    // How often the library gives permits back.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    // Created by the first request, so that a configuration that is never applied leaves no timer behind.
    private readonly Lazy<PartitionedRateLimiter<string>> _limiter = new(() =>
        PartitionedRateLimiter.Create<string, string>(key => LimiterOf(settings, key, time), StringComparer.Ordinal));

    /// <summary>The texts of the response headers.</summary>
    public RateLimitFields Fields { get; } = new(settings);

    /// <summary>What the requests are partitioned by.</summary>
    public RateLimitPartition Partition => settings.Partition;

    /// <summary>Counts a request. The lease holds its permit until it is disposed; it is null where Redis has counted.</summary>
    /// <param name="key">The partition of the request: requests of one key share the permits.</param>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public async ValueTask<(RateLimitCount Count, RateLimitLease? Lease)> AcquireAsync(string key, CancellationToken aborted)
    {
        if (shared is not null && await shared.CountAsync(settings, key, aborted) is { } count)
        {
            return (count, null);
        }

        var lease = await _limiter.Value.AcquireAsync(key, cancellationToken: aborted);
        return (CountAfter(key, lease), lease);
    }

    public void Dispose()
    {
        if (_limiter.IsValueCreated)
        {
            _limiter.Value.Dispose();
        }
    }

    /// <summary>What the limiter of this process has counted, after the lease was given to a request of the partition.</summary>
    private RateLimitCount CountAfter(string key, RateLimitLease lease)
    {
        var statistics = _limiter.Value.GetStatistics(key);
        var remaining = statistics?.CurrentAvailablePermits ?? 0;
        TimeSpan? reset = statistics is WindowStatistics window ? window.Reset
            : settings.Window is not { } all ? null
            : settings.Kind == RateLimitKind.TokenBucket ? all * (settings.Permits - remaining) / settings.Permits
            : all;
        var wait = statistics is WindowStatistics ? reset
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var known) ? known
            : null;
        return new RateLimitCount(lease.IsAcquired, remaining, reset, wait);
    }

    private static RateLimitPartition<string> LimiterOf(RateLimitSettings settings, string key, TimeProvider time)
    {
        var permits = settings.Permits;
        return settings.Kind switch
        {
            RateLimitKind.FixedWindow => System.Threading.RateLimiting.RateLimitPartition.Get<string>(
                key, _ => new TimedWindowLimiter(permits, settings.Window!.Value, settings.Queue, time)),
            RateLimitKind.SlidingWindow => System.Threading.RateLimiting.RateLimitPartition.GetSlidingWindowLimiter(
                key,
                _ => new SlidingWindowRateLimiterOptions
                {
                    PermitLimit = permits,
                    Window = settings.Window!.Value,
                    SegmentsPerWindow = settings.Segments,
                    QueueLimit = settings.Queue,
                }),
            RateLimitKind.TokenBucket => System.Threading.RateLimiting.RateLimitPartition.GetTokenBucketLimiter(
                key, _ => BucketOf(permits, settings.Window!.Value, settings.Queue)),
            RateLimitKind.Concurrency => System.Threading.RateLimiting.RateLimitPartition.GetConcurrencyLimiter(
                key, _ => new ConcurrencyLimiterOptions { PermitLimit = permits, QueueLimit = settings.Queue }),
            _ => throw new InvalidOperationException($"There is no limiter of kind {settings.Kind}."),
        };
    }

    /// <summary>Refilled in steps as small as they can be, and at exactly the rate that was asked for.</summary>
    private static TokenBucketRateLimiterOptions BucketOf(int permits, TimeSpan window, int queue)
    {
        var step = Math.Max(1, (int)(permits * (Tick / window)));
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = permits,
            TokensPerPeriod = Math.Min(step, permits),
            ReplenishmentPeriod = window * Math.Min(step, permits) / permits,
            QueueLimit = queue,
        };
    }
}
