using System.Text;

namespace Gateway.Benchmarks.Steady;

/// <summary>Connections that are opened, used once and then kept open without a word, until they are disposed of.</summary>
internal sealed class HeldConnections : IDisposable
{
    private const int AtOnce = 64;

    // The example of RFC 6455 section 1.3.
    private const string WebSocketKey = "dGhlIHNhbXBsZSBub25jZQ==";

    // A text frame with a mask of zeros, as from a client, and what the destination sends back.
    private static readonly byte[] Hello = [0x81, 0x82, 0, 0, 0, 0, (byte)'h', (byte)'i'];

    private readonly RawConnection[] _connections;

    private HeldConnections(RawConnection[] connections) => _connections = connections;

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
    }

    /// <summary>The bytes of a request, as a browser or another client would send it.</summary>
    public static byte[] Request(Uri address, string path, string? token, bool isWebSocket = false)
    {
        var request = new StringBuilder($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\n");
        if (token is not null)
        {
            request.Append("Authorization: Bearer ").Append(token).Append("\r\n");
        }

        if (isWebSocket)
        {
            request.Append("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ")
                .Append(WebSocketKey)
                .Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(request.Append("\r\n").ToString());
    }

    public static async Task<HeldConnections> OpenAsync(Uri address, byte[] request, int count, bool isWebSocket)
    {
        var connections = new RawConnection[count];
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            var buffer = new byte[4 * 1024];
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                var connection = connections[i] = await RawConnection.OpenAsync(address, buffer, CancellationToken.None);
                var status = await connection.SendAsync(request, CancellationToken.None);
                if (status != (isWebSocket ? 101 : 200))
                {
                    throw new InvalidOperationException($"Connection {i} got {status}.");
                }

                if (isWebSocket)
                {
                    await connection.ExchangeAsync(Hello, WebSocketEcho.Answer.Length, CancellationToken.None);
                }
            }
        })));
        return new HeldConnections(connections);
    }
}
