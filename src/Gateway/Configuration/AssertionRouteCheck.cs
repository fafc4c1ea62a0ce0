using Gateway.Identity;
using Gateway.Pipeline.Logout;
using Gateway.Pipeline.SecurityEvents;
using Gateway.RouteFeatures.Resources;
using Gateway.Settings;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Checks that nothing else is served at the path of the assertions' public keys.</summary>
internal static class AssertionRouteCheck
{
    // Stages before routing serve these, each with everything below it.
    private static readonly PathString[] OwnPaths = [LogoutMiddleware.Path, SecurityEventMiddleware.Path, ProtectedResource.WellKnown];

    public static void Run(IConfiguration configuration, AssertionSettings? assertion, ConfigurationReport report)
    {
        // Without assertions no keys are served. A path that does not start with a slash is reported by AssertionCheck.
        if (assertion?.JwksPath is not ['/', ..])
        {
            return;
        }

        if (OwnPaths.Any(path => new PathString(assertion.JwksPath).StartsWithSegments(path, StringComparison.OrdinalIgnoreCase)))
        {
            report.Error(
                $"{AssertionCheck.Section}:{nameof(AssertionOptions.JwksPath)}", "the gateway has another use for this path.",
                "Choose another, such as /.well-known/jwks.json.");
        }

        foreach (var route in configuration.GetSection($"{SettingSchema.ReverseProxy}:Routes").GetChildren())
        {
            // Such a route would never see a request. One of a longer pattern goes on without this path.
            var path = route.GetSection($"{nameof(RouteConfig.Match)}:{nameof(RouteMatch.Path)}");
            if (path.Value is { } value && $"/{value.Trim('/')}".Equals(assertion.JwksPath, StringComparison.OrdinalIgnoreCase))
            {
                report.Error(
                    path.Path, "here the gateway serves the public keys of its assertions.",
                    $"Choose another path, or change {AssertionCheck.Section}:{nameof(AssertionOptions.JwksPath)}.");
            }
        }
    }
}
