using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.Testing;

/// <summary>What the destination received, before any handler touched it.</summary>
internal sealed record ReceivedRequest(string Method, string Target, IReadOnlyDictionary<string, string[]> Headers)
{
    public string? Header(string name) => Headers.TryGetValue(name, out var values) ? string.Join(", ", values) : null;
}

/// <summary>A destination that remembers every request that reached it. Answers 200 unless a test gives it a handler.</summary>
internal sealed class RecordingDestination : IAsyncDisposable
{
    private readonly ConcurrentQueue<ReceivedRequest> _received = new();
    private LoopbackServer _server = null!;

    /// <summary>Answers in place of the empty 200.</summary>
    public RequestDelegate? Handler { get; set; }

    public string Address => _server.Address;

    public IReadOnlyCollection<ReceivedRequest> Received => _received;

    public ReceivedRequest Last => _received.Last();

    public static async Task<RecordingDestination> StartAsync(HttpProtocols protocols = HttpProtocols.Http1)
    {
        var destination = new RecordingDestination();
        destination._server = await LoopbackServer.StartAsync(destination.HandleAsync, protocols);
        return destination;
    }

    public void Forget() => _received.Clear();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Task HandleAsync(HttpContext context)
    {
        _received.Enqueue(new ReceivedRequest(
            context.Request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            context.Request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToArray()!, StringComparer.OrdinalIgnoreCase)!));
        return Handler?.Invoke(context) ?? Task.CompletedTask;
    }
}
