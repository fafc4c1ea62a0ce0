using Yarp.ReverseProxy.Model;

namespace Gateway.RouteFeatures.Clusters;

/// <summary>What one kind of health check says about a destination, and since when.</summary>
internal sealed record HealthFinding(DestinationHealth State, DateTimeOffset Since);

/// <summary>The health of one destination.</summary>
/// <param name="Active">What requests of the gateway's own found; null where the cluster does not check actively.</param>
/// <param name="Passive">What clients' requests found; null where the cluster does not check passively.</param>
internal sealed record DestinationCondition(string Name, string Address, HealthFinding? Active, HealthFinding? Passive)
{
    /// <summary>As YARP decides whether requests may go there: one bad finding is enough.</summary>
    public DestinationHealth State =>
        Active?.State == DestinationHealth.Unhealthy || Passive?.State == DestinationHealth.Unhealthy ? DestinationHealth.Unhealthy
        : Active?.State == DestinationHealth.Healthy || Passive?.State == DestinationHealth.Healthy ? DestinationHealth.Healthy
        : DestinationHealth.Unknown;
}

/// <summary>The health of a cluster's destinations.</summary>
internal sealed record ClusterCondition(string Cluster, IReadOnlyList<DestinationCondition> Destinations)
{
    public int Unhealthy => CountOf(DestinationHealth.Unhealthy);

    /// <summary>True when no destination is left for a request.</summary>
    public bool IsDown => Unhealthy == Destinations.Count;

    public int CountOf(DestinationHealth state) => Destinations.Count(destination => destination.State == state);
}
