using Gateway.Settings;

namespace Gateway.RouteFeatures.Clusters;

/// <summary>
/// What the gateway adds to a cluster of YARP's: an entry of <c>Gateway:Clusters</c>, by the cluster's id. Each replica counts for itself.
/// </summary>
internal sealed class ClusterOptions
{
    [MayBeEmpty]
    public RetryOptions? Retry { get; init; }

    /// <summary>
    /// Requests that may be under way to the cluster at the same time, WebSockets and streams included; more get 503 at once. Default any
    /// number; range 1 to 1000000.
    /// </summary>
    public int? MaxInFlight { get; init; }

    /// <summary>
    /// The entry of <c>Gateway:Exchanges</c> whose tokens the destinations receive in place of the caller's. Default none.
    /// </summary>
    public string? Exchange { get; init; }
}

/// <summary>
/// Sends a request to another destination when the first could not be connected to, or when it has failed before it responded and the
/// request may be repeated: <c>Gateway:Clusters:{name}:Retry</c>. Default none: then each request is sent once.
/// </summary>
internal sealed class RetryOptions
{
    /// <summary>How many other destinations are tried for one request. Default 1, range 1 to 5.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>
    /// The share of the cluster's requests that may be sent again, beside a small reserve. Default 0.2; more than 0, up to 1.
    /// </summary>
    public double Budget { get; init; } = 0.2;
}

/// <summary>The checked form of <see cref="ClusterOptions"/>.</summary>
/// <param name="Id">As in <c>ReverseProxy:Clusters</c>.</param>
/// <param name="MaxInFlight">Null for any number.</param>
/// <param name="Retry">Null where each request is sent once.</param>
/// <param name="Exchange">Null where no token is exchanged.</param>
internal sealed record ClusterSettings(string Id, int? MaxInFlight, RetrySettings? Retry, string? Exchange = null);

/// <summary>The checked form of <see cref="RetryOptions"/>.</summary>
internal sealed record RetrySettings(int Attempts, double Budget);
