namespace Gateway.RouteFeatures.Limits;

/// <summary>What a limit has counted when it decided about one request.</summary>
/// <param name="IsAcquired">Whether the request passes.</param>
/// <param name="Remaining">The permits that the partition has left.</param>
/// <param name="Reset">The time until the partition has all its permits again; null when requests under way are counted.</param>
/// <param name="RetryAfter">The time until a rejected request would pass; null when that is unknown.</param>
internal readonly record struct RateLimitCount(bool IsAcquired, long Remaining, TimeSpan? Reset, TimeSpan? RetryAfter);
