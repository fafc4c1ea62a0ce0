using Gateway.Authorization;
using Gateway.Identity;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Checks of the <c>ReverseProxy</c> section that YARP leaves out: default deny, dead references, and routes that shadow each other.</summary>
internal static class RouteCheck
{
    private const string RoutesSection = $"{SettingSchema.ReverseProxy}:Routes";
    private const string ClustersSection = $"{SettingSchema.ReverseProxy}:Clusters";

    // What a route can name that this version has no place to define.
    private static readonly string[] UndefinedPolicies =
        [nameof(RouteConfig.CorsPolicy), nameof(RouteConfig.RateLimiterPolicy), nameof(RouteConfig.TimeoutPolicy)];

    // Transforms that write a request header, whose value is the header's name.
    private static readonly string[] HeaderTransforms = ["RequestHeader", "RequestHeaderRouteValue"];

    public static void Run(IConfiguration configuration, RoutePolicies policies, IEnumerable<string> identityHeaders, ConfigurationReport report)
    {
        var clusters = configuration.GetSection(ClustersSection).GetChildren().ToArray();
        var matches = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var names = identityHeaders.ToArray();
        foreach (var route in configuration.GetSection(RoutesSection).GetChildren())
        {
            CheckPolicy(route, policies, report);
            CheckCluster(route, clusters, report);
            CheckTransforms(route, names, report);
            // Two routes with the same match would make every such request fail as ambiguous.
            var match = MatchOf(route);
            if (!matches.TryAdd(match, route.Key))
            {
                report.Error($"{route.Path}:Match", $"route \"{matches[match]}\" matches the same requests.", "Change one match, or give the two a different Order.");
            }
        }

        foreach (var cluster in clusters.Where(cluster => !cluster.GetSection("Destinations").GetChildren().Any()))
        {
            report.Error($"{cluster.Path}:Destinations", "a cluster without a destination answers 503 for ever.", "Add at least one destination with an Address.");
        }
    }

    private static void CheckPolicy(IConfigurationSection route, RoutePolicies policies, ConfigurationReport report)
    {
        var policy = route[nameof(RouteConfig.AuthorizationPolicy)];
        var path = $"{route.Path}:{nameof(RouteConfig.AuthorizationPolicy)}";
        if (string.IsNullOrWhiteSpace(policy))
        {
            report.Error(path, "every route names a policy.", $"Write \"{RoutePolicy.AnonymousName}\" for a public route, \"{RoutePolicy.AuthenticatedName}\" for any valid token, or a policy of Gateway:Policies.");
        }
        else if (!policies.Names.Contains(policy, StringComparer.OrdinalIgnoreCase))
        {
            report.Error(path, "there is no such policy.", Suggestion.For(policy, policies.Names));
        }

        foreach (var name in UndefinedPolicies)
        {
            if (route[name] is { } value && !value.Equals("Disable", StringComparison.OrdinalIgnoreCase))
            {
                report.Error($"{route.Path}:{name}", "there is no such policy; this version has no place to define one.", "Remove it.");
            }
        }
    }

    private static void CheckCluster(IConfigurationSection route, IConfigurationSection[] clusters, ConfigurationReport report)
    {
        var cluster = route[nameof(RouteConfig.ClusterId)];
        var path = $"{route.Path}:{nameof(RouteConfig.ClusterId)}";
        if (string.IsNullOrWhiteSpace(cluster))
        {
            report.Error(path, "a route needs a cluster.", "Name one of ReverseProxy:Clusters.");
        }
        else if (!clusters.Any(known => known.Key.Equals(cluster, StringComparison.OrdinalIgnoreCase)))
        {
            report.Error(path, "there is no such cluster.", Suggestion.For(cluster, clusters.Select(known => known.Key)));
        }
    }

    private static void CheckTransforms(IConfigurationSection route, string[] identityHeaders, ConfigurationReport report)
    {
        foreach (var transform in route.GetSection(nameof(RouteConfig.Transforms)).GetChildren())
        {
            foreach (var name in HeaderTransforms)
            {
                if (transform[name] is { } header && identityHeaders.Any(identity => HeaderAlias.IsSame(header, identity)))
                {
                    report.Error($"{transform.Path}:{name}", "only the gateway sets identity headers.", "Map a claim under Gateway:Identity:Headers, or use another header.");
                }
            }
        }
    }

    private static string MatchOf(IConfigurationSection route)
    {
        var parts = route.GetSection(nameof(RouteConfig.Match)).AsEnumerable(makePathsRelative: true)
            .Where(setting => setting.Value is not null)
            .Select(setting => $"{setting.Key}={setting.Value}")
            .Order(StringComparer.Ordinal);
        return $"{route[nameof(RouteConfig.Order)]}|{string.Join('|', parts)}";
    }
}
