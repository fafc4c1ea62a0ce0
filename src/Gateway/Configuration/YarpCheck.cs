using Gateway.Pipeline.Bearer;
using Gateway.Pipeline.Cors;
using Gateway.Runtime;
using Gateway.Settings;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.DataProtection;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>
/// Checks the <c>ReverseProxy</c> section with the code that reads it: YARP's policies and validators, and finally YARP and the router,
/// which build every route.
/// </summary>
internal static class YarpCheck
{
    private const string Reference = "Compare it with YARP's configuration reference.";

    /// <param name="built">Routes that have passed this check before. YARP's validators and builders skip them.</param>
    /// <returns>The routes and clusters as YARP shall have them; null when it cannot read them.</returns>
    public static async Task<(IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters)?> RunAsync(
        IConfiguration configuration, GatewaySettings settings, IReadOnlyDictionary<string, RouteConfig> built, ConfigurationReport report)
    {
        // YARP's services for this check alone. Nothing of them is started, so no health check runs.
        await using var provider = CreateServices(configuration);
        IProxyConfig config;
        try
        {
            config = provider.GetRequiredService<IProxyConfigProvider>().GetConfig();
        }
        catch (Exception fault) when (fault is InvalidOperationException or FormatException or ArgumentException)
        {
            // An error that was reported before is most likely the cause, and its message names the place.
            if (!report.HasErrorsBelow(SettingSchema.ReverseProxy))
            {
                report.Error(SettingSchema.ReverseProxy, "YARP cannot read this section.", Reference);
            }

            return null;
        }

        // The gateway's own checks come before YARP's validators: their messages name the place and the cure.
        var paths = new RoutePaths(provider);
        foreach (var route in Children(configuration, "Routes"))
        {
            MatchCheck.Run(route, paths, report);
            foreach (var transform in route.GetSection(nameof(RouteConfig.Transforms)).GetChildren())
            {
                TransformCheck.Run(transform, paths, report);
            }
        }

        var clusters = new ClusterCheck(provider, report);
        foreach (var cluster in Children(configuration, "Clusters"))
        {
            clusters.Run(cluster);
        }

        // Validated in the form in which YARP gets them later, with names resolved and defaults filled in.
        RouteConfig[] routes = [.. config.Routes.Select(route => RouteNames.Resolve(route, settings))];
        using var comparison = new ExactComparison();
        RouteConfig[] changed =
            [.. routes.Where(route => !built.TryGetValue(route.RouteId, out var known) || !comparison.AreSame(known, route))];
        await ValidateAsync(provider.GetRequiredService<IConfigValidator>(), changed, config.Clusters, report);
        if (!report.HasErrors)
        {
            await BuildAsync(changed, config.Clusters, report);
        }

        return (routes, config.Clusters);
    }

    private static IEnumerable<IConfigurationSection> Children(IConfiguration configuration, string name) =>
        configuration.GetSection($"{SettingSchema.ReverseProxy}:{name}").GetChildren();

    private static ServiceProvider CreateServices(IConfiguration configuration)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLinearRouting();
        services.AddSingleton<IAuthorizationPolicyProvider, PolicyProvider>();
        services.AddSingleton<ICorsPolicyProvider, RouteCorsPolicies>();
        services.AddSingleton(configuration);
        services.AddReverseProxy().LoadFromConfig(configuration.GetSection(SettingSchema.ReverseProxy));
        // The check encrypts nothing, so it must not load keys.
        services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        return services.BuildServiceProvider();
    }

    /// <summary>
    /// Runs YARP's own validators. Their messages name neither place nor cure, so they are reported only where the gateway's own checks
    /// found no error.
    /// </summary>
    private static async Task ValidateAsync(
        IConfigValidator validator, IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters, ConfigurationReport report)
    {
        foreach (var route in routes)
        {
            Add($"{SettingSchema.ReverseProxy}:Routes:{route.RouteId}", await validator.ValidateRouteAsync(route), report);
        }

        foreach (var cluster in clusters)
        {
            Add($"{SettingSchema.ReverseProxy}:Clusters:{cluster.ClusterId}", await validator.ValidateClusterAsync(cluster), report);
        }
    }

    private static void Add(string path, IList<Exception> errors, ConfigurationReport report)
    {
        if (errors.Count > 0 && !report.HasErrorsBelow(path))
        {
            report.Error(path, "YARP does not accept this.", Reference);
        }
    }

    /// <summary>
    /// Builds the routes and routes a request, as the start and the first request do: all routes together, and if that fails, one by one to
    /// find the broken route. A reload builds the others with them when it applies them, and goes back if that fails.
    /// </summary>
    private static async Task BuildAsync(
        IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters, ConfigurationReport report)
    {
        if (await RoutingTrial.WorksAsync(routes, clusters))
        {
            return;
        }

        foreach (var route in routes)
        {
            if (!await RoutingTrial.WorksAsync([route], clusters))
            {
                report.Error(
                    $"{SettingSchema.ReverseProxy}:Routes:{route.RouteId}", "no request can be routed with this route.",
                    "Check its Match and its Transforms.");
            }
        }

        if (!report.HasErrors)
        {
            report.Error(
                $"{SettingSchema.ReverseProxy}:Routes", "no request can be routed with these routes together.",
                "Remove routes until the error goes, and look at the last one.");
        }
    }
}
