namespace Gateway.RouteFeatures.Paths;

/// <summary>What happens to a request whose path a destination could read in more than one way.</summary>
internal enum PathBehavior
{
    /// <summary>400.</summary>
    Reject,

    /// <summary>The destination receives the path as it was sent.</summary>
    PassThrough,
}

/// <summary>What happens to a path with two slashes in a row.</summary>
internal enum RepeatedSlashes
{
    /// <summary>400.</summary>
    Reject,

    /// <summary>They become one before the request is routed, and the destination receives the merged path.</summary>
    Merge,
}

/// <summary>What a route adds to YARP's own settings: <c>Gateway:Routes:{route}</c>, by YARP's route id.</summary>
internal sealed class GatewayRouteOptions
{
    /// <summary>
    /// Whether <c>%2F</c> may stand in the path, which the destination then receives as it was sent. Default <c>Reject</c>.
    /// </summary>
    public PathBehavior EncodedSlashes { get; init; }

    /// <summary>
    /// Whether <c>;</c> may stand in the path, which the destination then receives as it was sent. Default <c>Reject</c>.
    /// </summary>
    public PathBehavior PathParameters { get; init; }

    /// <summary>
    /// The resource of <c>Gateway:Resources</c> that the route belongs to: its challenges lead clients to the resource's metadata (RFC
    /// 9728). Default none.
    /// </summary>
    public string? Resource { get; init; }
}
