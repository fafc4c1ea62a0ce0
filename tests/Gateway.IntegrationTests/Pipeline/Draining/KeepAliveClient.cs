using System.Net.Sockets;
using System.Text;

namespace Gateway.IntegrationTests.Pipeline.Draining;

/// <summary>
/// One client of a balancer: GET after GET on a connection that it keeps, without ever trying anything twice. It connects anew, to an
/// address that it is given then, when an answer says <c>Connection: close</c>.
/// </summary>
internal sealed class KeepAliveClient(Func<Uri> choose, string path)
{
    public int Succeeded { get; private set; }

    public int Connections { get; private set; }

    public List<string> Failures { get; } = [];

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var address = choose();
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(address.Host, address.Port, CancellationToken.None);
                Connections++;
                using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
                while (!stop.IsCancellationRequested && await SendAsync(client, reader, address))
                {
                }
            }
            catch (Exception fault) when (fault is IOException or SocketException)
            {
                Failures.Add($"{address}: {fault.Message}");
            }
        }
    }

    /// <summary>True when the connection may be used again.</summary>
    private async Task<bool> SendAsync(TcpClient client, StreamReader reader, Uri address)
    {
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n"));
        var (status, isLast) = (await reader.ReadLineAsync(), false);
        while (await reader.ReadLineAsync() is { Length: > 0 } header)
        {
            isLast |= header.Equals("Connection: close", StringComparison.OrdinalIgnoreCase);
        }

        // The destination answers 204: there is no body to skip.
        if (status == "HTTP/1.1 204 No Content")
        {
            Succeeded++;
            return !isLast;
        }

        Failures.Add($"{address}: {status ?? "closed without an answer"}");
        return false;
    }
}
