using System.Collections.Immutable;
using Gateway.Settings;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>What yarp.json may contain at its top.</summary>
internal static class SettingSchema
{
    public const string ReverseProxy = "ReverseProxy";

    /// <summary>The sections that we check key by key.</summary>
    public static readonly ImmutableDictionary<string, SettingNode> Checked = ImmutableDictionary.CreateRange<string, SettingNode>(
        StringComparer.OrdinalIgnoreCase,
        [
            KeyValuePair.Create(GatewayOptions.SectionName, SettingNode.Of(typeof(GatewayOptions))),
            KeyValuePair.Create(ReverseProxy, (SettingNode)ReverseProxyNode()),
        ]);

    /// <summary>The sections that the framework reads.</summary>
    public static readonly ImmutableArray<string> Framework = ["$schema", "Kestrel", "Logging", "Urls"];

    /// <summary>Keys that YARP knows and the gateway does not offer, with the problem and the cure.</summary>
    public static (string Problem, string Cure)? Unsupported(string path, string key) =>
        key.Equals(nameof(RouteConfig.OutputCachePolicy), StringComparison.OrdinalIgnoreCase)
        && path.StartsWith($"{ReverseProxy}:Routes:", StringComparison.OrdinalIgnoreCase)
            ? ("the gateway has no output cache: a cached response would be served to callers whose own token was never checked.",
                "Remove OutputCachePolicy, and let the destination set Cache-Control for the clients' caches.")
            : null;

    private static SettingNode.Group ReverseProxyNode()
    {
        // The id of a route or cluster is its key; the records have it as a member, the file does not.
        var route = (SettingNode.Group)SettingNode.Of(typeof(RouteConfig), false, nameof(RouteConfig.RouteId), nameof(RouteConfig.OutputCachePolicy));
        var cluster = (SettingNode.Group)SettingNode.Of(typeof(ClusterConfig), false, nameof(ClusterConfig.ClusterId));
        var destination = (SettingNode.Group)SettingNode.Of(typeof(DestinationConfig));
        var text = new SettingNode.Map(new SettingNode.Value(typeof(string), AnyScalar: true));
        route = new SettingNode.Group(route.Members
            .SetItem(nameof(RouteConfig.Transforms), new SettingNode.List(text))
            .SetItem(nameof(RouteConfig.Metadata), text));
        destination = new SettingNode.Group(destination.Members.SetItem(nameof(DestinationConfig.Metadata), text));
        cluster = new SettingNode.Group(cluster.Members
            .SetItem(nameof(ClusterConfig.Destinations), new SettingNode.Map(destination))
            .SetItem(nameof(ClusterConfig.Metadata), text));
        return new SettingNode.Group(ImmutableSortedDictionary.CreateRange(
            StringComparer.OrdinalIgnoreCase,
            [
                KeyValuePair.Create("Routes", (SettingNode)new SettingNode.Map(route)),
                KeyValuePair.Create("Clusters", (SettingNode)new SettingNode.Map(cluster)),
            ]));
    }
}
