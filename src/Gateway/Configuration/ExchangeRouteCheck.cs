using Gateway.Policies;
using Gateway.RouteFeatures.Clusters;
using Gateway.RouteFeatures.Exchange;
using Gateway.Settings;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Checks clusters and routes against <c>Gateway:Exchanges</c>.</summary>
internal static class ExchangeRouteCheck
{
    public static void Run(IConfiguration configuration, GatewayOptions options, RoutePolicies policies, ConfigurationReport report)
    {
        foreach (var (id, cluster) in options.Clusters)
        {
            if (cluster.Exchange is { } name && !options.Exchanges.ContainsKey(name) && !report.IsInFile($"{ExchangeCheck.Section}:{name}"))
            {
                report.Error(
                    $"Gateway:Clusters:{id}:{nameof(ClusterOptions.Exchange)}", $"there is no \"{name}\" in {ExchangeCheck.Section}.",
                    options.Exchanges.Count == 0 ? "Define it there, or remove it here." : Suggestion.For(name, options.Exchanges.Keys));
            }
        }

        // The two contradict each other: the destination would receive the caller's token beside the exchanged one.
        foreach (var route in configuration.GetSection($"{SettingSchema.ReverseProxy}:Routes").GetChildren())
        {
            if (route[nameof(RouteConfig.ClusterId)] is { } cluster && options.Clusters.GetValueOrDefault(cluster)?.Exchange is not null
                && route[nameof(RouteConfig.AuthorizationPolicy)] is { } policy && policies.Find(policy)?.ForwardToken == true)
            {
                report.Error(
                    $"{route.Path}:{nameof(RouteConfig.AuthorizationPolicy)}",
                    "this policy forwards the caller's token, and the cluster exchanges it.",
                    "Remove ForwardToken from the policy, or Exchange from the cluster.");
            }
        }
    }
}
