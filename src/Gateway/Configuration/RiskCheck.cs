using Gateway.Foundation;
using Gateway.Settings;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Finds what is legal and risky. Nothing of it stops a start.</summary>
internal static partial class RiskCheck
{
    /// <summary>Runs every rule. The configuration must have no errors, because the rules read bound options.</summary>
    public static IReadOnlyList<ConfigurationError> Run(
        YarpJson document, IConfiguration configuration, IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters,
        bool isDevelopment)
    {
        var options = configuration.GetSection(GatewayOptions.SectionName).Get<GatewayOptions>() ?? new GatewayOptions();
        var context = new RiskContext(options, routes, clusters, document, configuration, isDevelopment);
        var report = new ConfigurationReport(document, configuration);
        foreach (var rule in RiskRules.All)
        {
            foreach (var path in rule.Find(context))
            {
                report.Error(path, $"{rule.What} {rule.Why}", rule.Cure, rule.Id);
            }
        }

        return report.Errors;
    }

    /// <summary>Says once what was not there before.</summary>
    public static void Log(ILogger logger, IReadOnlyList<ConfigurationError> warnings, IReadOnlyList<ConfigurationError>? before = null)
    {
        var known = (before ?? []).Select(warning => (warning.Rule, warning.Path)).ToHashSet();
        foreach (var warning in warnings)
        {
            if (!known.Contains((warning.Rule, warning.Path)))
            {
                Risky(logger, warning.Rule, warning.ToString());
            }
        }
    }

    [LoggerMessage(EventIds.ConfigurationRisky, LogLevel.Warning, "Risky configuration {Rule}: {Warning}")]
    private static partial void Risky(ILogger logger, string rule, string warning);
}
