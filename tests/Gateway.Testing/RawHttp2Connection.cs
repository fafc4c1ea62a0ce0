using System.Buffers.Binary;
using System.Net.Sockets;

namespace Gateway.Testing;

/// <summary>What a server says when it takes no more streams (RFC 9113 section 6.8).</summary>
internal readonly record struct GoAway(int LastStream, uint Error);

/// <summary>An HTTP/2 connection without TLS whose frames a test looks at, several streams beside each other.</summary>
internal sealed class RawHttp2Connection : IAsyncDisposable
{
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte Settings = 4;
    private const byte GoAwayType = 7;
    private const byte EndStream = 1;
    private const byte Acknowledge = 1;
    private const byte EndHeaders = 4;

    private readonly TcpClient _client = new();
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60));
    private readonly Dictionary<int, int> _status = [];
    private readonly HashSet<int> _ended = [];
    private readonly string _authority;
    private readonly Queue<GoAway> _goAways = [];

    private RawHttp2Connection(string authority) => _authority = authority;

    public static async Task<RawHttp2Connection> OpenAsync(string address)
    {
        var uri = new Uri(address);
        var connection = new RawHttp2Connection(uri.Authority);
        await connection._client.ConnectAsync(uri.Host, uri.Port, connection._deadline.Token);
        await connection.WriteAsync([.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. RawHttp2.Frame(Settings, 0, 0, [])]);
        return connection;
    }

    /// <param name="authority">The gateway's own where it is null.</param>
    public Task GetAsync(int stream, string path, IEnumerable<(string Name, string Value)>? headers = null, string? authority = null) =>
        WriteAsync(RawHttp2.Frame(
            Headers,
            EndHeaders | EndStream,
            stream,
            RawHttp2.Fields(
                [(":method", "GET"), (":scheme", "http"), (":authority", authority ?? _authority), (":path", path), .. headers ?? []])));

    /// <summary>The status of the stream's answer, once all of it is here; 0 when the server resets the stream.</summary>
    public async Task<int> ReadUntilEndOfAsync(int stream)
    {
        while (!_ended.Contains(stream))
        {
            await ReadFrameAsync();
        }

        return _status.GetValueOrDefault(stream);
    }

    /// <summary>The next one, whatever comes between.</summary>
    public async Task<GoAway> ReadUntilGoAwayAsync()
    {
        GoAway next;
        while (!_goAways.TryDequeue(out next))
        {
            await ReadFrameAsync();
        }

        return next;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _deadline.CancelAsync();
        _deadline.Dispose();
    }

    private async Task ReadFrameAsync()
    {
        var head = new byte[9];
        await _client.GetStream().ReadExactlyAsync(head, _deadline.Token);
        var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
        await _client.GetStream().ReadExactlyAsync(payload, _deadline.Token);
        var (type, flags, stream) = (head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)));
        switch (type)
        {
            case Settings when flags != Acknowledge:
                await WriteAsync(RawHttp2.Frame(Settings, Acknowledge, 0, []));
                break;
            case GoAwayType:
                _goAways.Enqueue(
                    new GoAway(BinaryPrimitives.ReadInt32BigEndian(payload), BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(4))));
                break;
            case Headers:
                _status.TryAdd(stream, RawHttp2.StatusOf(payload));
                break;
        }

        if ((type <= Headers && (flags & EndStream) != 0) || type == Reset)
        {
            _ended.Add(stream);
        }
    }

    private async Task WriteAsync(byte[] bytes) => await _client.GetStream().WriteAsync(bytes, _deadline.Token);
}
