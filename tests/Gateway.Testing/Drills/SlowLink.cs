using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Gateway.Testing.Drills;

/// <summary>
/// A link to a server that delays every reply, and whose new connections can lead to another server. It uses real sockets on both sides,
/// loses no bytes and closes no connections.
/// </summary>
internal sealed class SlowLink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private volatile int _port;
    private Task _accepting = Task.CompletedTask;

    private SlowLink(int port) => _port = port;

    /// <summary>How much later the server's bytes arrive. Default zero.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Makes new connections lead to another server. Existing connections stay.</summary>
    public void LeadTo(RedisServer server) => _port = server.Port;

    /// <summary>The connection string.</summary>
    public string Connection => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public static SlowLink To(RedisServer server)
    {
        var link = new SlowLink(server.Port);
        link._listener.Start();
        link._accepting = link.AcceptAsync();
        return link;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _port, _stop.Token);
                var asking = client.GetStream().CopyToAsync(server.GetStream(), ended.Token);
                var answering = AnswerAsync(server.GetStream(), client.GetStream(), ended.Token);
                await Task.WhenAny(asking, answering);
                await ended.CancelAsync();
                await Task.WhenAll(asking, answering);
            }
            catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException)
            {
                // Either side has gone, and the other one goes too.
            }
        }
    }

    /// <summary>Each piece is late by the delay, however many are under way.</summary>
    private async Task AnswerAsync(NetworkStream from, NetworkStream to, CancellationToken ended)
    {
        var pieces = Channel.CreateUnbounded<(byte[] Bytes, long Came)>();
        var sending = SendAsync();
        var buffer = new byte[65536];
        try
        {
            while (await from.ReadAsync(buffer, ended) is > 0 and var count)
            {
                pieces.Writer.TryWrite((buffer[..count], TimeProvider.System.GetTimestamp()));
            }
        }
        finally
        {
            pieces.Writer.Complete();
            await sending;
        }

        async Task SendAsync()
        {
            await foreach (var (bytes, came) in pieces.Reader.ReadAllAsync(ended))
            {
                var left = Delay - TimeProvider.System.GetElapsedTime(came);
                if (left > TimeSpan.Zero)
                {
                    await Task.Delay(left, TimeProvider.System, ended);
                }

                await to.WriteAsync(bytes, ended);
            }
        }
    }
}
