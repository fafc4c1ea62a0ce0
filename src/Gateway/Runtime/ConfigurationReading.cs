using Gateway.Settings;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Runtime;

/// <summary>One reading of yarp.json that has passed every check: our settings, and YARP's routes and clusters.</summary>
internal sealed record ConfigurationReading(
    YarpJson Document, IConfiguration Configuration, GatewaySettings Settings, IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters)
{
    /// <summary>What is legal and risky.</summary>
    public required IReadOnlyList<ConfigurationError> Warnings { get; init; }
}
