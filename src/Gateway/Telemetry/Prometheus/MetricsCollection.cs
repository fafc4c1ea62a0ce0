using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Gateway.Telemetry.Prometheus;

/// <summary>Collects the instruments for <c>/metrics</c>.</summary>
internal sealed class MetricsCollection : IDisposable
{
    private readonly ProcessMetrics _process = new();
    private readonly PrometheusExporter _exporter = new();
    private readonly MeterProvider _provider;

    public MetricsCollection(IConfiguration configuration, IMeterFactory host)
    {
        try
        {
            _provider = Sdk.CreateMeterProviderBuilder()
                .ConfigureServices(services => services.AddSingleton(configuration))
                .ConfigureResource(TelemetryServices.Describe)
                .AddGatewayMeters(host)
                .AddMeter(ProcessMetrics.MeterName)
                .AddReader(new BaseExportingMetricReader(_exporter))
                .Build();
        }
        catch
        {
            // The next scrape retries. Undisposed meters would stay registered for the life of the process.
            _process.Dispose();
            _exporter.Dispose();
            throw;
        }
    }

    public void Collect() => _exporter.Collect!(Timeout.Infinite);

    public string Render(PrometheusFormat format) => _exporter.Render(format);

    public void Dispose()
    {
        _provider.Dispose();
        _process.Dispose();
        _exporter.Dispose();
    }
}
