namespace Gateway.RouteFeatures.Limits;

/// <summary>
/// How many requests are let through: an entry of <c>Gateway:RateLimits</c>, which routes name in <c>RateLimiterPolicy</c>.
/// </summary>
internal sealed class RateLimitOptions
{
    /// <summary>How requests are counted. Default <c>FixedWindow</c>.</summary>
    public RateLimitKind Kind { get; init; }

    /// <summary>
    /// The requests of a window; of a token bucket its size, refilled evenly within a window; with <c>Concurrency</c> those under way at
    /// the same time. Required; 1 to 1000000.
    /// </summary>
    public int? Permits { get; init; }

    /// <summary>
    /// The time that <see cref="Permits"/> are for. Required but for <c>Concurrency</c>, which has none; 100 milliseconds to 1 day.
    /// </summary>
    public TimeSpan? Window { get; init; }

    /// <summary>In how many parts a <c>SlidingWindow</c> moves on. Default 10; 2 to 100.</summary>
    public int Segments { get; init; } = 10;

    /// <summary>
    /// How many requests of a caller wait for their turn instead of being rejected, oldest first. Default 0; up to 10000.
    /// </summary>
    public int Queue { get; init; }

    /// <summary>
    /// Who is counted together: <c>$address</c> (the client's address, of IPv6 the first 64 bits), <c>$route</c>, or a claim path such as
    /// <c>sub</c>, <c>client_id</c> or <c>tenant</c>; without token or claim a request counts by its address. Default <c>$address</c>.
    /// </summary>
    public string PartitionBy { get; init; } = RateLimitPartition.Address;

    /// <summary>
    /// Whether all replicas count together, in the Redis of <c>Gateway:Revocation:Redis</c>; while Redis is down, each replica counts for
    /// itself. Not with <c>Concurrency</c> or <see cref="Queue"/>. Default false: each replica counts for itself.
    /// </summary>
    public bool Shared { get; init; }
}

/// <summary>The checked form of <see cref="RateLimitOptions"/>.</summary>
/// <param name="Name">As configured.</param>
/// <param name="Window">Null for <c>Concurrency</c>.</param>
/// <param name="Shared">Whether the replicas count together.</param>
internal sealed record RateLimitSettings(
    string Name, RateLimitKind Kind, int Permits, TimeSpan? Window, int Segments, int Queue, RateLimitPartition Partition,
    bool Shared = false)
{
    /// <summary>The metadata of a route that names its limit.</summary>
    public const string MetadataKey = "Gateway.RateLimit";
}

/// <summary>The algorithms of System.Threading.RateLimiting.</summary>
internal enum RateLimitKind
{
    /// <summary>The count starts anew at the end of each window.</summary>
    FixedWindow,

    /// <summary>The window moves on by segments.</summary>
    SlidingWindow,

    /// <summary>Permits are saved up and come back evenly.</summary>
    TokenBucket,

    /// <summary>Permits come back when requests end.</summary>
    Concurrency,
}
