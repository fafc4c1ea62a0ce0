using System.Text.RegularExpressions;
using Gateway.Foundation;
using Gateway.Issuers;
using Gateway.Pipeline.Logout;
using Gateway.Pipeline.SecurityEvents;
using Gateway.Policies;
using Gateway.RouteFeatures.Limits;
using Gateway.Settings;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>
/// Checks of the <c>ReverseProxy</c> section that YARP leaves out: default deny, dead references, and routes that shadow each other.
/// </summary>
internal static partial class RouteCheck
{
    private const string RoutesSection = $"{SettingSchema.ReverseProxy}:Routes";
    private const string ClustersSection = $"{SettingSchema.ReverseProxy}:Clusters";

    private const string PoliciesSection = "Gateway:Policies";

    // YARP's reserved name for the default policy of the application.
    private const string YarpDefault = "Default";

    // Transforms that write a request header, whose value is the header's name.
    private static readonly string[] HeaderTransforms = ["RequestHeader", "RequestHeaderRouteValue", "ClientCert"];

    // What the X-Forwarded transform puts after its HeaderPrefix.
    private static readonly string[] ForwardedSuffixes = ["For", "Host", "Proto", "Prefix"];

    /// <param name="identityHeaders">The headers that only the gateway sets: a transform that writes one could forge an identity.</param>
    /// <param name="hasLogout">Whether an issuer accepts logout tokens, so that their path is taken.</param>
    /// <param name="hasEvents">Whether an issuer accepts security events, so that their path is taken.</param>
    public static void Run(
        IConfiguration configuration, GatewayOptions options, RoutePolicies policies, IEnumerable<string> identityHeaders, bool hasLogout,
        bool hasEvents,
        ConfigurationReport report)
    {
        var clusters = configuration.GetSection(ClustersSection).GetChildren().Select(cluster => cluster.Key)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var matches = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var names = identityHeaders.ToArray();
        foreach (var route in configuration.GetSection(RoutesSection).GetChildren())
        {
            CheckPolicy(route, options, policies, report);
            RouteNames.CheckUsed(route, options, report);
            if (route.GetValue<long?>(nameof(RouteConfig.MaxRequestBodySize)) is { } size)
            {
                BodySizeCheck.Run($"{route.Path}:{nameof(RouteConfig.MaxRequestBodySize)}", size, report);
            }

            CheckCluster(route, clusters, report);
            CheckTransforms(route, names, report);
            ResourceRouteCheck.Run(route, options, report);
            if (hasLogout)
            {
                CheckPath(route, LogoutMiddleware.Path, "logout tokens", nameof(IssuerOptions.BackChannelLogout), report);
            }

            if (hasEvents)
            {
                CheckPath(route, SecurityEventMiddleware.Path, "security events", nameof(IssuerOptions.SecurityEvents), report);
            }

            // Two routes with the same match would make every such request fail as ambiguous.
            var match = MatchOf(route);
            if (!matches.TryAdd(match, route.Key))
            {
                report.Error(
                    $"{route.Path}:Match", $"route \"{matches[match]}\" matches the same requests.",
                    "Change one match, or give the two a different Order.");
            }
        }
    }

    /// <summary>Default deny: a route without a policy is an error, so that a route is public only if the file says so.</summary>
    private static void CheckPolicy(IConfigurationSection route, GatewayOptions options, RoutePolicies policies, ConfigurationReport report)
    {
        var policy = route[nameof(RouteConfig.AuthorizationPolicy)];
        var path = $"{route.Path}:{nameof(RouteConfig.AuthorizationPolicy)}";
        if (string.IsNullOrWhiteSpace(policy))
        {
            report.Error(
                path, "every route names a policy.",
                $"Write \"{RoutePolicy.AnonymousName}\" for a public route, \"{RoutePolicy.AuthenticatedName}\" for any valid token, or " +
                    "a policy of Gateway:Policies.");
        }
        else if (!policies.Names.Contains(policy, StringComparer.OrdinalIgnoreCase) && !report.IsInFile($"Gateway:Policies:{policy}"))
        {
            var cure = policy.Equals(YarpDefault, StringComparison.OrdinalIgnoreCase)
                ? $"Write \"{RoutePolicy.AuthenticatedName}\" for any valid token; YARP's own default policy is not used here."
                : Suggestion.Closest(policy, policies.Names) is null
                    ? $"Define it under {PoliciesSection}, or name one of these: {string.Join(", ", policies.Names)}."
                : Suggestion.For(policy, policies.Names);
            report.Error(path, $"there is no authorization policy \"{policy}\".", cure);
        }
        else if (policies.Find(policy) is { } found)
        {
            RouteValueCheck.Run(route, found, options.Routes.GetValueOrDefault(route.Key), report);
        }
    }

    /// <summary>YARP accepts a route with an unknown cluster and responds with 503 to each of its requests.</summary>
    private static void CheckCluster(IConfigurationSection route, HashSet<string> clusters, ConfigurationReport report)
    {
        var cluster = route[nameof(RouteConfig.ClusterId)];
        var path = $"{route.Path}:{nameof(RouteConfig.ClusterId)}";
        if (string.IsNullOrWhiteSpace(cluster))
        {
            report.Error(path, "a route needs a cluster.", "Name one of ReverseProxy:Clusters.");
        }
        else if (!clusters.Contains(cluster) && !report.IsInFile($"{ClustersSection}:{cluster}"))
        {
            report.Error(
                path, $"there is no cluster \"{cluster}\".",
                clusters.Count == 0 ? $"Define it under {ClustersSection}." : Suggestion.For(cluster, clusters));
        }
    }

    /// <summary>Such a route would never see a request.</summary>
    private static void CheckPath(IConfigurationSection route, string own, string what, string setting, ConfigurationReport report)
    {
        var path = route.GetSection($"{nameof(RouteConfig.Match)}:{nameof(RouteMatch.Path)}");
        if (path.Value?.TrimStart('/').Split('/')[0].Equals(own[1..], StringComparison.OrdinalIgnoreCase) == true)
        {
            report.Error(path.Path, $"here the gateway takes {what}.", $"Choose another path, or remove {setting} from the issuers.");
        }
    }

    private static void CheckTransforms(IConfigurationSection route, string[] identityHeaders, ConfigurationReport report)
    {
        foreach (var transform in route.GetSection(nameof(RouteConfig.Transforms)).GetChildren())
        {
            foreach (var name in HeaderTransforms)
            {
                CheckHeader(transform[name], $"{transform.Path}:{name}", identityHeaders, report);
            }

            if (transform["HeaderPrefix"] is { } prefix)
            {
                foreach (var suffix in ForwardedSuffixes)
                {
                    CheckHeader(prefix + suffix, $"{transform.Path}:HeaderPrefix", identityHeaders, report);
                }
            }
        }
    }

    /// <summary>Compares with aliases, because some destinations read <c>X_User</c> as <c>X-User</c>.</summary>
    /// <param name="header">Null when the transform does not have the member.</param>
    private static void CheckHeader(string? header, string path, string[] identityHeaders, ConfigurationReport report)
    {
        if (header is not null && identityHeaders.Any(identity => HeaderAlias.IsSame(header, identity)))
        {
            report.Error(
                path, "only the gateway sets identity headers.", "Map a claim under Gateway:Identity:Headers, or use another header.");
        }
    }

    /// <summary>The match as far as it tells requests apart: parameter names, the order of lists and the slash in front do not.</summary>
    private static string MatchOf(IConfigurationSection route)
    {
        var match = route.GetSection(nameof(RouteConfig.Match));
        var path = ParameterName().Replace((match[nameof(RouteMatch.Path)] ?? "").TrimStart('/'), "{$1");
        IEnumerable<string> others = match.GetChildren().All(child => IsPath(child.Key)) ? [] : match.AsEnumerable(makePathsRelative: true)
            .Where(setting => setting.Value is not null && !IsPath(setting.Key))
            .Select(setting => $"{ListIndex().Replace(setting.Key, "")}={setting.Value}")
            .Order(StringComparer.OrdinalIgnoreCase);
        return $"{route[nameof(RouteConfig.Order)] ?? "0"}|{path}|{string.Join('|', others)}";

        static bool IsPath(string key) => key.Equals(nameof(RouteMatch.Path), StringComparison.OrdinalIgnoreCase);
    }

    // `{id:int}` and `{key:int}` match the same paths, so the name is removed and the constraint stays.
    [GeneratedRegex(@"\{(\**)[^{}:=?*]+")]
    private static partial Regex ParameterName();

    // The index of an item in a list: the order of hosts or methods does not matter.
    [GeneratedRegex(@":\d+$")]
    private static partial Regex ListIndex();
}
