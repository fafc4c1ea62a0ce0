using System.Buffers;
using System.Net.WebSockets;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Sandbox;

/// <summary>A destination that answers every request with what it received, and echoes WebSocket messages at any path.</summary>
internal sealed class EchoDestination : IAsyncDisposable
{
    // People read this in a terminal: indented, and `+` stays `+`.
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly WebApplication _app;

    /// <param name="port">The loopback port; 0 lets the system choose one.</param>
    public EchoDestination(int port)
    {
        _app = LoopbackHost.Build(port);
        _app.UseWebSockets();
        _app.Run(context => context.WebSockets.IsWebSocketRequest ? EchoMessagesAsync(context) : EchoRequestAsync(context));
    }

    /// <summary>The base address, known once started.</summary>
    public string Url => _app.Urls.First();

    public Task StartAsync(CancellationToken cancellationToken) => _app.StartAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task EchoRequestAsync(HttpContext context)
    {
        var request = context.Request;
        var echo = new Echo(
            request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            request.Protocol,
            request.Headers.ToDictionary(header => header.Key, header => header.Value.ToArray()),
            await CountBodyAsync(request, context.RequestAborted));

        await context.Response.WriteAsJsonAsync(echo, Readable, context.RequestAborted);
        await context.Response.WriteAsync("\n", context.RequestAborted);
    }

    private static async Task<long> CountBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var length = 0L;
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            length += read.Buffer.Length;
            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return length;
            }
        }
    }

    private static async Task EchoMessagesAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            await EchoUntilClosedAsync(socket, buffer, context.RequestAborted);
        }
        catch (WebSocketException fault) when (fault.WebSocketErrorCode == WebSocketError.ConnectionClosedPrematurely)
        {
            // The peer hung up without a closing handshake, so there is no peer to tell.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task EchoUntilClosedAsync(WebSocket socket, byte[] buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(
                    socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, socket.CloseStatusDescription, cancellationToken);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, cancellationToken);
        }
    }

    private sealed record Echo(string Method, string Path, string Protocol, Dictionary<string, string?[]> Headers, long BodyLength);
}
