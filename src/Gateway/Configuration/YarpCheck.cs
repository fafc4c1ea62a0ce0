using Gateway.Authorization;
using Microsoft.AspNetCore.Authorization;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Runs YARP's own validators over every route and cluster, so that their findings are reported with ours.</summary>
internal static class YarpCheck
{
    public static async Task RunAsync(IConfiguration configuration, ConfigurationReport report)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddRouting();
        services.AddSingleton<IAuthorizationPolicyProvider, AnyPolicy>();
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
            return;
        }

        var validator = provider.GetRequiredService<IConfigValidator>();
        foreach (var route in config.Routes)
        {
            Add($"{SettingSchema.ReverseProxy}:Routes:{route.RouteId}", await validator.ValidateRouteAsync(route), report);
        }

        foreach (var cluster in config.Clusters)
        {
            Add($"{SettingSchema.ReverseProxy}:Clusters:{cluster.ClusterId}", await validator.ValidateClusterAsync(cluster), report);
        }
    }

    private static void Add(string path, IEnumerable<Exception> errors, ConfigurationReport report)
    {
        foreach (var error in errors)
        {
            report.Error(path, $"{error.Message.TrimEnd('.')}.", "See YARP's configuration reference.");
        }
    }

    /// <summary>Which names exist is our own check's business; YARP insists only that nobody defines those it reserves.</summary>
    private sealed class AnyPolicy : IAuthorizationPolicyProvider
    {
        private static readonly AuthorizationPolicy Some = new AuthorizationPolicyBuilder().RequireAssertion(_ => false).Build();

        public Task<AuthorizationPolicy?> GetPolicyAsync(string policyName) =>
            Task.FromResult(policyName.Equals(RoutePolicy.AnonymousName, StringComparison.OrdinalIgnoreCase) ? null : Some);

        public Task<AuthorizationPolicy> GetDefaultPolicyAsync() => Task.FromResult(Some);

        public Task<AuthorizationPolicy?> GetFallbackPolicyAsync() => Task.FromResult<AuthorizationPolicy?>(null);
    }
}
