using System.Collections.Frozen;
using Gateway.Settings;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Runtime;

/// <summary>One reading of yarp.json that has passed every check: the gateway's settings, and YARP's routes and clusters.</summary>
/// <param name="Hash">The SHA-256 of the file's content in hex.</param>
internal sealed record ConfigurationReading(
    string Hash,
    IConfiguration Configuration,
    GatewaySettings Settings,
    IReadOnlyList<RouteConfig> Routes,
    IReadOnlyList<ClusterConfig> Clusters)
{
    /// <summary>The clusters by id.</summary>
    public IReadOnlyDictionary<string, ClusterConfig> ClusterById { get; } =
        Clusters.ToDictionary(cluster => cluster.ClusterId, StringComparer.OrdinalIgnoreCase);

    /// <summary>The addresses of the destinations of each cluster, by its id.</summary>
    public FrozenDictionary<string, FrozenSet<string>> Destinations { get; } = Clusters.ToFrozenDictionary(
        cluster => cluster.ClusterId,
        cluster => (cluster.Destinations?.Values.Select(destination => destination.Address) ?? []).ToFrozenSet(StringComparer.Ordinal),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Warnings: settings that are valid but risky.</summary>
    public required IReadOnlyList<ConfigurationError> Warnings { get; init; }
}
