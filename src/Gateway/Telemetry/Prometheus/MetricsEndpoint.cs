using System.Diagnostics.Metrics;
using System.Text;

namespace Gateway.Telemetry.Prometheus;

/// <summary>
/// <c>/metrics</c> on the management listener. It listens to the framework's instruments from the first scrape on, so that they cost no
/// time and memory without a scraper. The gateway's own counters count from the start. One collection runs at a time, and its text is
/// reused for one second, so that many scrapers cost as much as one.
/// </summary>
internal sealed class MetricsEndpoint : IDisposable
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly bool _isDisabled;
    // Used by one scrape at a time. If creation fails, for example without free file handles, the next scrape retries.
    private readonly Lazy<MetricsCollection> _collection;
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly Dictionary<PrometheusFormat, byte[]> _texts = [];
    private long? _collected;

    public MetricsEndpoint(TelemetrySettings settings, IConfiguration configuration, IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _isDisabled = settings.IsDisabled;
        _collection = new Lazy<MetricsCollection>(() => new MetricsCollection(configuration, meters), LazyThreadSafetyMode.PublicationOnly);
    }

    public void Map(IEndpointRouteBuilder app)
    {
        if (!_isDisabled)
        {
            app.MapGet("/metrics", ScrapeAsync);
        }
    }

    public void Dispose()
    {
        if (_collection.IsValueCreated)
        {
            _collection.Value.Dispose();
        }

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
                _collection.Value.Collect();
                _texts.Clear();
                _collected = _time.GetTimestamp();
            }

            if (!_texts.TryGetValue(format, out var text))
            {
                text = Encoding.UTF8.GetBytes(_collection.Value.Render(format));
                _texts.Add(format, text);
            }

            return text;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>OpenMetrics if <c>Accept</c> names it with at least the quality of plain text; else plain text.</summary>
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
