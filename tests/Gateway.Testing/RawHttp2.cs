using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Testing;

/// <summary>One HTTP/2 request without TLS, frame by frame, with header fields and trailers that no client library would send.</summary>
internal static class RawHttp2
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Settings = 4;
    private const byte GoAway = 7;
    private const byte EndStream = 1;
    private const byte Acknowledge = 1;
    private const byte EndHeaders = 4;

    /// <summary>The status of the answer; 0 when the server resets the stream or closes the connection instead.</summary>
    public static async Task<int> SendAsync(
        string address, string path, IEnumerable<(string Name, string Value)> headers, string? body = null,
        IEnumerable<(string Name, string Value)>? trailers = null, string method = "GET")
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var uri = new Uri(address);
        using var client = new TcpClient();
        await client.ConnectAsync(uri.Host, uri.Port, deadline.Token);
        var stream = client.GetStream();
        (string, string)[] pseudo = [(":method", method), (":scheme", "http"), (":authority", uri.Authority), (":path", path)];
        byte[] request =
        [
            .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
            .. Frame(Settings, 0, 0, []),
            .. Frame(Headers, (byte)(EndHeaders | (body is null ? EndStream : 0)), 1, Fields([.. pseudo, .. headers])),
            .. body is null ? [] : Frame(Data, trailers is null ? EndStream : (byte)0, 1, Encoding.UTF8.GetBytes(body)),
            .. trailers is null ? [] : Frame(Headers, EndHeaders | EndStream, 1, Fields([.. trailers])),
        ];
        await stream.WriteAsync(request, deadline.Token);
        try
        {
            return await ReadStatusAsync(stream, deadline.Token);
        }
        catch (Exception fault) when (fault is IOException)
        {
            return 0;
        }
    }

    private static async Task<int> ReadStatusAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var status = 0;
        var head = new byte[9];
        while (true)
        {
            await stream.ReadExactlyAsync(head, cancellationToken);
            var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
            await stream.ReadExactlyAsync(payload, cancellationToken);
            var (type, flags) = (head[3], head[4]);
            if (type == Settings && flags != Acknowledge)
            {
                await stream.WriteAsync(Frame(Settings, Acknowledge, 0, []), cancellationToken);
            }

            if (type == Headers && status == 0)
            {
                status = StatusOf(payload);
            }

            if (type == GoAway || (type is Data or Headers && (flags & EndStream) != 0) || type == 3)
            {
                return status;
            }
        }
    }

    // The status comes first: one of the seven in HPACK's static table, or its name from there and three digits.
    internal static int StatusOf(byte[] block)
    {
        var at = (block[0] & 0xE0) == 0x20 ? 1 : 0;
        ReadOnlySpan<int> known = [200, 204, 206, 304, 400, 404, 500];
        return (block[at] & 0x80) != 0
            ? known[(block[at] & 0x7F) - 8]
            : int.Parse(Encoding.ASCII.GetString(block, at + 2, 3), System.Globalization.CultureInfo.InvariantCulture);
    }

    internal static byte[] Frame(byte type, byte flags, int streamId, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), streamId);
        payload.CopyTo(frame, 9);
        return frame;
    }

    // RFC 7541 section 6.2.2: literals, not indexed, not compressed.
    internal static byte[] Fields((string Name, string Value)[] fields) =>
        [.. fields.SelectMany(field => (byte[])[0, .. Text(field.Name), .. Text(field.Value)])];

    private static byte[] Text(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var length = new List<byte>();
        var rest = bytes.Length;
        if (rest < 0x7F)
        {
            length.Add((byte)rest);
        }
        else
        {
            length.Add(0x7F);
            for (rest -= 0x7F; rest >= 0x80; rest >>= 7)
            {
                length.Add((byte)(rest | 0x80));
            }

            length.Add((byte)rest);
        }

        return [.. length, .. bytes];
    }
}
