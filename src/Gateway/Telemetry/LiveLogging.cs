namespace Gateway.Telemetry;

/// <summary>The <c>Logging</c> section in effect, which the framework follows. Told by <c>LiveGateway.Changed</c>.</summary>
internal sealed class LiveLogging : ConfigurationProvider, IConfigurationSource
{
    private const string Section = "Logging";

    public LiveLogging(IConfiguration first)
    {
        Data = Read(first);
        Configuration = new ConfigurationBuilder().Add(this).Build().GetSection(Section);
    }

    public IConfiguration Configuration { get; }

    public void Apply(IConfiguration next)
    {
        Data = Read(next);
        OnReload();
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    private static Dictionary<string, string?> Read(IConfiguration configuration) =>
        configuration.GetSection(Section)
            .AsEnumerable()
            .Where(setting => setting.Value is not null)
            .ToDictionary(StringComparer.OrdinalIgnoreCase);
}
