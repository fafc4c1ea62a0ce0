using System.Threading.RateLimiting;

namespace Gateway.RouteFeatures.Limits;

/// <summary>
/// A named limit that counts. The library forgets callers that have all their permits back, so what is kept is bounded by those who have
/// called within a window.
/// </summary>
internal sealed class RateLimit(RateLimitOptions options, RateLimitPartition partition) : IDisposable
{
    /// <summary>The metadata of a route that names its limit.</summary>
    public const string MetadataKey = "Gateway.RateLimit";

    // How often the library gives permits back.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    // Made by the first request: what never comes into force must leave no timer behind.
    private readonly Lazy<PartitionedRateLimiter<string>> _limiter = new(() =>
        PartitionedRateLimiter.Create<string, string>(key => LimiterOf(options, key), StringComparer.Ordinal));

    public RateLimitOptions Options => options;

    /// <summary>What the requests are partitioned by.</summary>
    public RateLimitPartition Partition => partition;

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

    private static RateLimitPartition<string> LimiterOf(RateLimitOptions options, string key)
    {
        var permits = options.Permits!.Value;
        return options.Kind switch
        {
            RateLimitKind.FixedWindow => System.Threading.RateLimiting.RateLimitPartition.GetFixedWindowLimiter(
                key, _ => new FixedWindowRateLimiterOptions { PermitLimit = permits, Window = options.Window!.Value, QueueLimit = options.Queue }),
            RateLimitKind.SlidingWindow => System.Threading.RateLimiting.RateLimitPartition.GetSlidingWindowLimiter(
                key,
                _ => new SlidingWindowRateLimiterOptions
                {
                    PermitLimit = permits,
                    Window = options.Window!.Value,
                    SegmentsPerWindow = options.Segments,
                    QueueLimit = options.Queue,
                }),
            RateLimitKind.TokenBucket => System.Threading.RateLimiting.RateLimitPartition.GetTokenBucketLimiter(key, _ => BucketOf(permits, options.Window!.Value, options.Queue)),
            RateLimitKind.Concurrency => System.Threading.RateLimiting.RateLimitPartition.GetConcurrencyLimiter(
                key, _ => new ConcurrencyLimiterOptions { PermitLimit = permits, QueueLimit = options.Queue }),
            _ => throw new InvalidOperationException($"There is no limiter of kind {options.Kind}."),
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
