using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Gateway.Observability.Prometheus;

/// <summary>
/// <c>/metrics</c> on the management listener. The framework's instruments are listened to from the first scrape on: until somebody asks,
/// they cost a request nothing. The gateway's own counters count from the start. One collection runs at a time and its text is good for a moment, so that many scrapers
/// cost no more than one.
/// </summary>
internal sealed class MetricsEndpoint : IDisposable
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly PrometheusExporter _exporter = new();
    private readonly ProcessMetrics? _process;
    private readonly Lazy<MeterProvider>? _provider;
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly Dictionary<PrometheusFormat, byte[]> _texts = [];
    private long? _collected;

    public MetricsEndpoint(TelemetrySettings settings, IConfiguration configuration, TimeProvider time)
    {
        _time = time;
        if (!settings.IsDisabled)
        {
            _process = new ProcessMetrics();
            // Asked for by one at a time. What fails once, such as for want of file handles, is tried again by the next scrape.
            _provider = new Lazy<MeterProvider>(() => Sdk.CreateMeterProviderBuilder()
                .ConfigureServices(services => services.AddSingleton(configuration))
                .ConfigureResource(TelemetryServices.Describe)
                .AddGatewayMeters()
                .AddMeter(ProcessMetrics.MeterName)
                .AddReader(new BaseExportingMetricReader(_exporter))
                .Build(), LazyThreadSafetyMode.PublicationOnly);
        }
    }

    public void Map(IEndpointRouteBuilder app)
    {
        if (_provider is not null)
        {
            app.MapGet("/metrics", ScrapeAsync);
        }
    }

    public void Dispose()
    {
        if (_provider is { IsValueCreated: true })
        {
            _provider.Value.Dispose();
        }

        _process?.Dispose();
        _exporter.Dispose();
        _oneAtATime.Dispose();
    }

    private async Task ScrapeAsync(HttpContext context)
    {
        var format = FormatFor(context.Request);
        var text = await ReadAsync(format, context.RequestAborted);
        context.Response.ContentType = format.ContentType;
        context.Response.ContentLength = text.Length;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Vary = "Accept";
        await context.Response.Body.WriteAsync(text, context.RequestAborted);
    }

    private async Task<byte[]> ReadAsync(PrometheusFormat format, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            if (_collected is not { } collected || _time.GetElapsedTime(collected) >= GoodFor)
            {
                _ = _provider!.Value;
                _texts.Clear();
                _exporter.Collect!(Timeout.Infinite);
                _collected = _time.GetTimestamp();
            }

            if (!_texts.TryGetValue(format, out var text))
            {
                text = Encoding.UTF8.GetBytes(_exporter.Render(format));
                _texts.Add(format, text);
            }

            return text;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>OpenMetrics for those who ask for it and like it at least as much as plain text.</summary>
    private static PrometheusFormat FormatFor(HttpRequest request)
    {
        double openMetrics = 0, text = 0;
        foreach (var accepted in request.GetTypedHeaders().Accept)
        {
            var quality = accepted.Quality ?? 1;
            if (accepted.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase))
            {
                openMetrics = Math.Max(openMetrics, quality);
            }
            else if (accepted.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
            {
                text = Math.Max(text, quality);
            }
        }

        return openMetrics > 0 && openMetrics >= text ? PrometheusFormat.OpenMetrics : PrometheusFormat.Text;
    }
}
