using System.Net.Sockets;
using System.Text;

namespace Gateway.Testing;

/// <summary>Sends bytes as they are and reads what comes back until the server closes, for requests no client library would send.</summary>
internal static class RawHttp
{
    /// <summary>
    /// The connection stays open for sending, because a server may take a half-closed one for a client that has gone. So the bytes have
    /// to make the server close: <c>Connection: close</c>, or something it cannot go on after.
    /// </summary>
    public static async Task<string> SendAsync(string address, string request, CancellationToken cancellationToken = default)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        var uri = new Uri(address);
        using var client = new TcpClient();
        await client.ConnectAsync(uri.Host, uri.Port, deadline.Token);
        var stream = client.GetStream();
        var received = new StringBuilder();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request), deadline.Token);
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, deadline.Token) is > 0 and var length)
            {
                received.Append(Encoding.Latin1.GetString(buffer, 0, length));
            }
        }
        catch (IOException)
        {
            // A reset after the answer: the server closed with bytes of ours unread.
        }

        return received.ToString();
    }

    /// <summary>The status code of the first response; 0 where there is none.</summary>
    public static int StatusOf(string response) => StatusesOf(response).FirstOrDefault();

    /// <summary>The status codes of all responses on the connection.</summary>
    public static IEnumerable<int> StatusesOf(string response) =>
        response.Split("HTTP/1.1 ").Skip(1).Select(text => int.Parse(text.AsSpan(0, 3), System.Globalization.CultureInfo.InvariantCulture));
}
