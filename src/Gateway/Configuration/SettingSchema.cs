using System.Collections.Immutable;
using Gateway.Configuration.Listening;
using Gateway.Settings;
using Gateway.Telemetry;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>What yarp.json may contain at its top.</summary>
internal static class SettingSchema
{
    public const string ReverseProxy = "ReverseProxy";
    public const string Kestrel = "Kestrel";
    public const string Logging = "Logging";
    public const string Urls = "Urls";

    /// <summary>The sections, each checked key by key.</summary>
    public static readonly ImmutableDictionary<string, SettingNode> Checked = ImmutableDictionary.CreateRange<string, SettingNode>(
        StringComparer.OrdinalIgnoreCase,
        [
            KeyValuePair.Create(GatewayOptions.SectionName, SettingNode.Of(typeof(GatewayOptions))),
            KeyValuePair.Create(ReverseProxy, (SettingNode)ReverseProxyNode()),
            KeyValuePair.Create(Kestrel, SettingNode.Of(typeof(ListenerOptions))),
            KeyValuePair.Create(Logging, SettingNode.Of(typeof(LoggingSection))),
            KeyValuePair.Create(Urls, SettingNode.Of(typeof(string))),
        ]);

    /// <summary>Keys that editors read and the gateway ignores.</summary>
    public const string SchemaReference = "$schema";

    /// <summary>Keys that YARP knows and the gateway does not offer, with the problem and the cure.</summary>
    public static (string Problem, string Cure)? Unsupported(string path, string key)
    {
        if (key.Equals(nameof(RouteConfig.OutputCachePolicy), StringComparison.OrdinalIgnoreCase)
            && path.StartsWith($"{ReverseProxy}:Routes:", StringComparison.OrdinalIgnoreCase))
        {
            return ("the gateway has no output cache: a cached response would be served to callers whose own token was never checked.",
                "Remove OutputCachePolicy, and let the destination set Cache-Control for the clients' caches.");
        }

        return path.Equals($"{Kestrel}:Limits", StringComparison.OrdinalIgnoreCase)
            ? (
                "the server does not read limits from its configuration.",
                "Remove it; Gateway:Limits has the size of bodies, the other limits are fixed.")
            : null;
    }

    private static SettingNode.Group ReverseProxyNode()
    {
        // The id of a route or cluster is its key; the records have it as a member, the file does not.
        var route = (SettingNode.Group)SettingNode.Of(
            typeof(RouteConfig), false, nameof(RouteConfig.RouteId), nameof(RouteConfig.OutputCachePolicy));
        var cluster = (SettingNode.Group)SettingNode.Of(typeof(ClusterConfig), false, nameof(ClusterConfig.ClusterId));
        var destination = (SettingNode.Group)SettingNode.Of(typeof(DestinationConfig));
        // YARP binds these as texts and accepts numbers and booleans, such as "Set": 1.
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
