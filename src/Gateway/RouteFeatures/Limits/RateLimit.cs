using System.Threading.RateLimiting;

namespace Gateway.RouteFeatures.Limits;

/// <summary>
/// A named limit that counts. The library forgets callers that have all their permits back, so what is kept is bounded by those who have
/// called within a window.
/// </summary>
internal sealed class RateLimit(RateLimitSettings settings) : IDisposable
{
    // How often the library gives permits back.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    // Created by the first request, so that a configuration that is never applied leaves no timer behind.
    private readonly Lazy<PartitionedRateLimiter<string>> _limiter = new(() =>
        PartitionedRateLimiter.Create<string, string>(key => LimiterOf(settings, key), StringComparer.Ordinal));

    /// <summary>What the requests are partitioned by.</summary>
    public RateLimitPartition Partition => settings.Partition;

    /// <param name="key">The partition of the request: requests of one key share the permits.</param>
    public ValueTask<RateLimitLease> AcquireAsync(string key, CancellationToken cancellationToken) =>
        _limiter.Value.AcquireAsync(key, cancellationToken: cancellationToken);

    public void Dispose()
    {
        if (_limiter.IsValueCreated)
        {
            _limiter.Value.Dispose();
        }
    }

    private static RateLimitPartition<string> LimiterOf(RateLimitSettings settings, string key)
    {
        var permits = settings.Permits;
        return settings.Kind switch
        {
            RateLimitKind.FixedWindow => System.Threading.RateLimiting.RateLimitPartition.GetFixedWindowLimiter(
                key, _ => new FixedWindowRateLimiterOptions { PermitLimit = permits, Window = settings.Window!.Value, QueueLimit = settings.Queue }),
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
