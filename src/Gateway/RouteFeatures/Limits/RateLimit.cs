using System.Threading.RateLimiting;
using Gateway.Runtime;

namespace Gateway.RouteFeatures.Limits;

/// <summary>
/// A named limit that counts. The library forgets callers that have all their permits back, so what is kept is bounded by those who have
/// called within a window.
/// </summary>
internal sealed class RateLimit(RateLimitOptions options, RateLimitPartitions partitions) : IDisposable
{
    /// <summary>The metadata of a route that names its limit.</summary>
    public const string MetadataKey = "Gateway.RateLimit";

    // How often the library gives permits back.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    // Made by the first request: what never comes into force must leave no timer behind.
    private readonly Lazy<PartitionedRateLimiter<(HttpContext Context, ProtectedRoute Route)>> _limiter = new(() =>
        PartitionedRateLimiter.Create<(HttpContext Context, ProtectedRoute Route), string>(
            request => PartitionOf(options, partitions.KeyOf(request.Context, request.Route)), StringComparer.Ordinal));

    public RateLimitOptions Options => options;

    public ValueTask<RateLimitLease> AcquireAsync(HttpContext context, ProtectedRoute route) =>
        _limiter.Value.AcquireAsync((context, route), cancellationToken: context.RequestAborted);

    public void Dispose()
    {
        if (_limiter.IsValueCreated)
        {
            _limiter.Value.Dispose();
        }
    }

    private static RateLimitPartition<string> PartitionOf(RateLimitOptions options, string key)
    {
        var permits = options.Permits!.Value;
        return options.Kind switch
        {
            RateLimitKind.FixedWindow => RateLimitPartition.GetFixedWindowLimiter(
                key, _ => new FixedWindowRateLimiterOptions { PermitLimit = permits, Window = options.Window!.Value, QueueLimit = options.Queue }),
            RateLimitKind.SlidingWindow => RateLimitPartition.GetSlidingWindowLimiter(
                key,
                _ => new SlidingWindowRateLimiterOptions
                {
                    PermitLimit = permits,
                    Window = options.Window!.Value,
                    SegmentsPerWindow = options.Segments,
                    QueueLimit = options.Queue,
                }),
            RateLimitKind.TokenBucket => RateLimitPartition.GetTokenBucketLimiter(key, _ => BucketOf(permits, options.Window!.Value, options.Queue)),
            RateLimitKind.Concurrency => RateLimitPartition.GetConcurrencyLimiter(
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
