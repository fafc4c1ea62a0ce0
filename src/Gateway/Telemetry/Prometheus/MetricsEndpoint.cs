using System.Text;

namespace Gateway.Telemetry.Prometheus;

/// <summary>
/// <c>/metrics</c> on the management listener. The framework's instruments are listened to from the first scrape on: until somebody asks,
/// they cost a request nothing, and the process no memory. The gateway's own counters count from the start. One collection runs at a time
/// and its text is good for a moment, so that many scrapers cost no more than one.
/// </summary>
internal sealed class MetricsEndpoint : IDisposable
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly bool _isDisabled;
    // Asked for by one at a time. What fails once, such as for want of file handles, is tried again by the next scrape.
    private readonly Lazy<MetricsCollection> _collection;
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly Dictionary<PrometheusFormat, byte[]> _texts = [];
    private long? _collected;

    public MetricsEndpoint(TelemetrySettings settings, IConfiguration configuration, TimeProvider time)
    {
        _time = time;
        _isDisabled = settings.IsDisabled;
        _collection = new Lazy<MetricsCollection>(() => new MetricsCollection(configuration), LazyThreadSafetyMode.PublicationOnly);
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
