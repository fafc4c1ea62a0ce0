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

    /// <summary>Warnings: settings that are valid but risky.</summary>
    public required IReadOnlyList<ConfigurationError> Warnings { get; init; }
}
