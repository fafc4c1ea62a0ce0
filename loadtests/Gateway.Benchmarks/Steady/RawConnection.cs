using System.Net;
using System.Net.Sockets;
using Gateway.Benchmarks.Load;

namespace Gateway.Benchmarks.Steady;

/// <summary>One kept-alive HTTP/1.1 connection that costs the client little: the drills hold ten thousand of them.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _received;

    private RawConnection(Socket socket, byte[] buffer)
    {
        _socket = socket;
        _received = buffer;
    }

    /// <param name="buffer">Must hold a whole response. Connections that are used one after another can share one.</param>
    public static async Task<RawConnection> OpenAsync(Uri address, byte[] buffer, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, address.Port, cancellation);
            return new RawConnection(socket, buffer);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends the request and reads the response to its end; returns its status.</summary>
    public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        await _socket.SendAsync(request, SocketFlags.None, cancellation);
        var length = 0;
        while (true)
        {
            var count = await _socket.ReceiveAsync(_received.AsMemory(length), SocketFlags.None, cancellation);
            if (count == 0)
            {
                throw new IOException("The connection was closed in a response.");
            }

            length += count;
            if (ResponseStatus.Read(_received.AsSpan(0, length)) is > 0 and var status)
            {
                return status;
            }
        }
    }

    /// <summary>Sends bytes on a connection that has become a tunnel, and waits for so many in return.</summary>
    public async Task ExchangeAsync(ReadOnlyMemory<byte> message, int expected, CancellationToken cancellation)
    {
        await _socket.SendAsync(message, SocketFlags.None, cancellation);
        for (var length = 0; length < expected;)
        {
            var count = await _socket.ReceiveAsync(_received.AsMemory(length), SocketFlags.None, cancellation);
            length += count > 0 ? count : throw new IOException("The tunnel was closed.");
        }
    }

    public void Dispose() => _socket.Dispose();
}
