using Gateway.Runtime;
using Gateway.Settings;

namespace Gateway.Configuration;

/// <summary>
/// Reads and checks the configuration, at start and whenever the file changes: the file under the overrides of the environment, its
/// schema, what it means, and YARP's own validators. Nothing takes effect here.
/// </summary>
internal sealed class ConfigurationReader(GatewayAppOptions options)
{
    private readonly IConfiguration _host = AddHost(new ConfigurationBuilder()).Build();

    public string File { get; } = Path.GetFullPath(options.ConfigFile);

    public string EnvironmentName => options.Environment ?? _host["ENVIRONMENT"] ?? Environments.Production;

    /// <param name="previous">What is in force; what did not change is taken over from there, so that its keys stay loaded.</param>
    /// <exception cref="ConfigurationException">The configuration has errors.</exception>
    public async Task<ConfigurationReading> ReadAsync(YarpJson document, GatewaySettings? previous = null)
    {
        // Not chained to the host's, which lives on and would keep every configuration there ever was.
        var configuration = AddHost(new ConfigurationBuilder().Add(new YarpJsonSource(document)))
            .AddEnvironmentVariables()
            .AddInMemoryCollection(options.Settings)
            .Build();
        var report = new ConfigurationReport(document, configuration);
        SchemaCheck.Run(configuration, document, report);
        // A value of the wrong type cannot be bound, so only well-formed sections are looked into further.
        report.ThrowIfAny();
        report.Rule = ErrorRules.Meaning;

        var isDevelopment = EnvironmentName.Equals(Environments.Development, StringComparison.OrdinalIgnoreCase);
        var context = new SettingsContext(report, document, Path.GetDirectoryName(File)!, isDevelopment);
        var settings = SettingsBuilder.Build(configuration, context, previous);
        var proxy = await YarpCheck.RunAsync(configuration, settings, report);
        report.ThrowIfAny();
        var (routes, clusters) = proxy!.Value;
        return new ConfigurationReading(document, configuration, settings, routes, clusters)
        {
            Warnings = RiskCheck.Run(document, configuration, routes, clusters, isDevelopment),
        };
    }

    // Only these two prefixes mean the host itself; see CreateEmptyBuilder in GatewayApp.
    private static IConfigurationBuilder AddHost(IConfigurationBuilder builder) =>
        builder.AddEnvironmentVariables("DOTNET_").AddEnvironmentVariables("ASPNETCORE_");
}
