using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Gateway.Testing;

/// <summary>An OpenTelemetry collector on a real socket, for OTLP over http/protobuf. Remembers every byte it was sent.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _received = new();
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LoopbackServer _server = null!;

    public string Address => _server.Address;

    /// <summary>Takes requests and never answers.</summary>
    public bool Hangs { get; init; }

    public int Requests => _received.Count;

    public IEnumerable<OtlpSpan> Spans => BodiesOf("/v1/traces").SelectMany(OtlpSpan.ReadAll);

    public async Task<OtlpCollector> StartAsync()
    {
        _server = await LoopbackServer.StartAsync(HandleAsync);
        return this;
    }

    /// <summary>The environment variables that send everything here, and soon.</summary>
    public Dictionary<string, string> Variables() => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Address,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "300",
    };

    public IEnumerable<byte[]> BodiesOf(string path) => _received.Where(request => request.Path == path).Select(request => request.Body);

    /// <summary>True when something for this path (<c>/v1/traces</c>, <c>/v1/metrics</c>, <c>/v1/logs</c>) held the text.</summary>
    public bool Holds(string path, string text) =>
        BodiesOf(path).Any(body => body.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0);

    public ValueTask DisposeAsync()
    {
        _closing.TrySetResult();
        return _server.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _received.Enqueue((context.Request.Path, body.ToArray()));
        if (Hangs)
        {
            await _closing.Task;
        }

        context.Response.ContentType = "application/x-protobuf";
    }
}
