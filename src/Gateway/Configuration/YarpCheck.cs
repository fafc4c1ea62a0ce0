using Gateway.Pipeline.Bearer;
using Gateway.Pipeline.Cors;
using Gateway.Runtime;
using Gateway.Settings;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Runs YARP's own validators over every route and cluster, so that their findings are reported with ours.</summary>
internal static class YarpCheck
{
    /// <returns>The routes and clusters as YARP shall have them; null when it cannot read them.</returns>
    public static async Task<(IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters)?> RunAsync(IConfiguration configuration, GatewaySettings settings, ConfigurationReport report)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddRouting();
        services.AddSingleton<IAuthorizationPolicyProvider, PolicyProvider>();
        services.AddSingleton<ICorsPolicyProvider, RouteCorsPolicies>();
        services.AddSingleton(configuration);
        services.AddReverseProxy().LoadFromConfig(configuration.GetSection(SettingSchema.ReverseProxy));
        await using var provider = services.BuildServiceProvider();
        IProxyConfig config;
        try
        {
            config = provider.GetRequiredService<IProxyConfigProvider>().GetConfig();
        }
        catch (Exception fault) when (fault is InvalidOperationException or FormatException or ArgumentException or UriFormatException)
        {
            report.Error(SettingSchema.ReverseProxy, $"YARP cannot read this section: {fault.Message}", "See YARP's configuration reference.");
            return null;
        }

        var validator = provider.GetRequiredService<IConfigValidator>();
        RouteConfig[] routes = [.. config.Routes.Select(route => RouteNames.Resolve(route, settings))];
        foreach (var route in routes)
        {
            Add($"{SettingSchema.ReverseProxy}:Routes:{route.RouteId}", await validator.ValidateRouteAsync(route), report);
        }

        foreach (var cluster in config.Clusters)
        {
            Add($"{SettingSchema.ReverseProxy}:Clusters:{cluster.ClusterId}", await validator.ValidateClusterAsync(cluster), report);
        }

        return (routes, config.Clusters);
    }

    private static void Add(string path, IEnumerable<Exception> errors, ConfigurationReport report)
    {
        foreach (var error in errors)
        {
            report.Error(path, $"{error.Message.TrimEnd('.')}.", "See YARP's configuration reference.");
        }
    }
}
