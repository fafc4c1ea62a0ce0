using System.Net.Sockets;
using System.Text;

namespace Gateway.Benchmarks.Load;

/// <summary>One kept-alive HTTP/1.1 connection that never blocks.</summary>
internal sealed class OpenLoopConnection : IDisposable
{
    private readonly Uri _url;
    private readonly byte[] _received = new byte[16 * 1024];
    private Socket _socket;
    private int _length;

    public OpenLoopConnection(Uri url)
    {
        _url = url;
        _socket = Connect(url);
    }

    public int Handle => (int)_socket.Handle;

    /// <summary>When the request that is under way was to be sent, by the schedule.</summary>
    public long Due { get; private set; }

    public static byte[] Request(Uri url, string token) =>
        Encoding.ASCII.GetBytes($"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nAuthorization: Bearer {token}\r\n\r\n");

    public void Send(byte[] request, long due)
    {
        Due = due;
        _length = 0;
        if (_socket.Send(request) != request.Length)
        {
            throw new InvalidOperationException("The socket's buffer is full: the request is too large for this client.");
        }
    }

    /// <summary>
    /// Reads the bytes that have arrived. Returns the status of a complete response, 0 while the response is incomplete, and -1 when the
    /// connection broke and was opened again.
    /// </summary>
    public int Receive()
    {
        var count = _socket.Receive(_received, _length, _received.Length - _length, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return 0;
        }

        if (error != SocketError.Success || count == 0)
        {
            _socket.Dispose();
            _socket = Connect(_url);
            return -1;
        }

        _length += count;
        return ResponseStatus.Read(_received.AsSpan(0, _length));
    }

    public void Dispose() => _socket.Dispose();

    private static Socket Connect(Uri url)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(url.Host, url.Port);
        socket.Blocking = false;
        return socket;
    }
}
