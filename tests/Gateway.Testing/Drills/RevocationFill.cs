using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Testing.Drills;

/// <summary>Fills the stream of a Redis with millions of revocations of tokens, as fast as Redis takes them.</summary>
internal static class RevocationFill
{
    private const int AtOnce = 2_000;
    private const string Stream = "gateway:revocations";

    /// <summary>The <c>jti</c> of an entry, as long as a UUID in digits.</summary>
    public static string NameOf(int number) => number.ToString("x32", CultureInfo.InvariantCulture);

    public static async Task RunAsync(RedisServer redis, string issuer, int from, int count)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, redis.Port);
        await using var stream = client.GetStream();
        var expires = TimeProvider.System.GetUtcNow().AddHours(6).ToUnixTimeSeconds();
        // Without replies there is nothing to read until the end.
        await stream.WriteAsync(Encoding.ASCII.GetBytes("*3\r\n$6\r\nCLIENT\r\n$5\r\nREPLY\r\n$3\r\nOFF\r\n"));
        var text = new StringBuilder();
        foreach (var some in Enumerable.Range(from, count).Chunk(AtOnce))
        {
            text.Clear();
            foreach (var number in some)
            {
                Append(text, "XADD", Stream, "*", "kind", "jti", "issuer", issuer, "value", NameOf(number),
                    "expires", (expires + (number % 3600)).ToString(CultureInfo.InvariantCulture), "op", "revoke");
            }

            await stream.WriteAsync(Encoding.ASCII.GetBytes(text.ToString()));
        }

        text.Clear();
        Append(text, "CLIENT", "REPLY", "ON");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text.ToString()));
        await stream.ReadExactlyAsync(new byte["+OK\r\n".Length]);
        await redis.CommandAsync("PUBLISH", Stream, "filled");
    }

    private static void Append(StringBuilder text, params ReadOnlySpan<string> command)
    {
        text.Append(CultureInfo.InvariantCulture, $"*{command.Length}\r\n");
        foreach (var part in command)
        {
            text.Append(CultureInfo.InvariantCulture, $"${part.Length}\r\n{part}\r\n");
        }
    }
}
