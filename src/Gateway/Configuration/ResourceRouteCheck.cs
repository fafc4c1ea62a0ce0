using Gateway.Policies;
using Gateway.RouteFeatures.Resources;
using Gateway.Settings;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Checks the routes against <c>Gateway:Resources</c>.</summary>
internal static class ResourceRouteCheck
{
    public static void Run(IConfigurationSection route, GatewayOptions options, ConfigurationReport report)
    {
        var path = route.GetSection($"{nameof(RouteConfig.Match)}:{nameof(RouteMatch.Path)}");
        // The metadata is served before routing, so such a route would never see a request.
        if (options.Resources.Count > 0
            && new PathString("/" + path.Value?.TrimStart('/')).StartsWithSegments(
                ProtectedResource.WellKnown, StringComparison.OrdinalIgnoreCase))
        {
            report.Error(
                path.Path, "here the gateway serves the metadata of Gateway:Resources.",
                "Choose another path, or remove Gateway:Resources.");
        }

        if (options.Routes.GetValueOrDefault(route.Key)?.Resource is not null
            && string.Equals(route[nameof(RouteConfig.AuthorizationPolicy)], RoutePolicy.AnonymousName, StringComparison.OrdinalIgnoreCase))
        {
            report.Error(
                $"Gateway:Routes:{route.Key}:Resource", "this route is public, so no client is told where to get a token.",
                "Give the route a policy, or remove Resource.");
        }
    }
}
