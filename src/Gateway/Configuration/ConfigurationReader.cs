using Gateway.Configuration.Listening;
using Gateway.Runtime;
using Gateway.Settings;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>
/// Reads and checks the configuration, at start and whenever the file changes: the file under the overrides of the environment, its
/// schema, what it means, and YARP's own validators. Nothing takes effect here.
/// </summary>
internal sealed class ConfigurationReader(GatewayAppOptions options)
{
    // Read once: the environment of a process cannot be changed from outside.
    private readonly IConfiguration _host = AddHost(new ConfigurationBuilder()).Build();

    // The routes of the last reading without an error. A reload of many routes would spend most of its time on checking them again.
    private Dictionary<string, RouteConfig> _built = [];

    public string File { get; } = Path.GetFullPath(options.ConfigFile);

    /// <summary>
    /// ASPNETCORE_ENVIRONMENT, else DOTNET_ENVIRONMENT, else Production, the strict one. (WebApplicationBuilder prefers the second name.)
    /// </summary>
    public string EnvironmentName => options.Environment ?? _host["ENVIRONMENT"] ?? Environments.Production;

    /// <exception cref="ConfigurationException">The configuration has errors.</exception>
    public async Task<ConfigurationReading> ReadAsync(ConfigurationFile file)
    {
        var document = file.Parse();
        var configuration = Combine(document);
        var report = new ConfigurationReport(document, configuration);
        SchemaCheck.Run(configuration, document, report);
        // From here on, errors are those of meaning (GW003), and settings that the schema has rejected are not reported again.
        report.EndSchema();
        // A value of the wrong type cannot be bound. The later checks continue without it, so that all errors are reported at once.
        var bindable = report.HasErrors ? SchemaCheck.WithoutRejected(configuration, [.. report.Paths]) : configuration;
        var isDevelopment = EnvironmentName.Equals(Environments.Development, StringComparison.OrdinalIgnoreCase);
        var context = new SettingsContext(report, document, Path.GetDirectoryName(File)!, isDevelopment);
        var settings = SettingsBuilder.Build(bindable, context);
        LoggingCheck.Run(bindable, report);
        ListenerCheck.Run(bindable, settings.Management.Port, settings.ExternalAuthorization?.Port, context);
        var proxy = await YarpCheck.RunAsync(bindable, settings, _built, report);
        // Last, because the server's own messages name neither place nor cure.
        if (!report.HasErrors)
        {
            ListenerTrial.Run(configuration, context);
        }

        report.ThrowIfAny();
        var (routes, clusters) = proxy!.Value;
        _built = routes.ToDictionary(route => route.RouteId, StringComparer.OrdinalIgnoreCase);
        return new ConfigurationReading(file.Hash, configuration, settings, routes, clusters)
        {
            Warnings = RiskCheck.Run(document, configuration, routes, clusters, isDevelopment),
        };
    }

    /// <summary>The file under the overrides of the environment.</summary>
    public IConfiguration Combine(YarpJson document)
    {
        // Not chained to the host's configuration, which lives as long as the process and would keep all earlier ones in memory.
        var environment = AddHost(new ConfigurationBuilder()).AddEnvironmentVariables().Build().AsEnumerable();
        return SettingTree.Of(document.Values.Concat(environment.Where(IsSetting)).Concat(options.Settings));
    }

    // A variable whose name begins with two underscores has no section.
    private static bool IsSetting(KeyValuePair<string, string?> variable) =>
        variable.Value is not null && !variable.Key.StartsWith(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);

    // Only these two prefixes mean the host itself; see CreateEmptyBuilder in GatewayApp.
    private static IConfigurationBuilder AddHost(IConfigurationBuilder builder) =>
        builder.AddEnvironmentVariables("DOTNET_").AddEnvironmentVariables("ASPNETCORE_");
}
