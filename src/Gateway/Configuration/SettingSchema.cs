using System.Collections.Immutable;
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

    private static SettingNode.Group ReverseProxyNode()
    {
        // The id of a route or cluster is its key; the records have it as a member, the file does not.
        var route = (SettingNode.Group)SettingNode.Of(typeof(RouteConfig), false, nameof(RouteConfig.RouteId));
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
