using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Gateway.Benchmarks.Load;

namespace Gateway.Benchmarks.Measure.Load;

/// <summary>A connection of HTTP/1.1, with TLS or without. Reading blocks; its owner waits until there is something to read.</summary>
internal sealed class LoadConnection : IDisposable
{
    private const int Deadline = 10_000; // milliseconds

    private readonly byte[] _received = new byte[16 * 1024];
    private readonly Socket _socket;
    private readonly Stream _stream;

    public LoadConnection(int port, bool isTls)
    {
        _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = Deadline, SendTimeout = Deadline };
        _socket.Connect(IPAddress.Loopback, port);
        _stream = new NetworkStream(_socket, ownsSocket: true);
        if (isTls)
        {
            var encrypted = new SslStream(_stream);
            encrypted.AuthenticateAsClient(LoopbackTls.Options);
            _stream = encrypted;
        }
    }

    public int Handle => (int)_socket.Handle;

    public void Send(byte[] request) => _stream.Write(request);

    /// <summary>Reads one whole response, which must have this status.</summary>
    public void Receive(int expected)
    {
        for (var length = 0; length < _received.Length;)
        {
            var count = _stream.Read(_received, length, _received.Length - length);
            if (count == 0)
            {
                throw new InvalidOperationException("The peer closed a connection in place of a response.");
            }

            length += count;
            switch (ResponseStatus.Read(_received.AsSpan(0, length)))
            {
                case 0:
                    continue;
                case var status when status == expected:
                    return;
                case var status:
                    throw new InvalidOperationException($"The peer responded {status} in place of {expected}.");
            }
        }

        throw new InvalidOperationException("A response is too large for this client.");
    }

    public void Dispose() => _stream.Dispose();
}
