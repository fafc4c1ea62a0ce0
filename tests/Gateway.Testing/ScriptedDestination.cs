using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Testing;

/// <summary>The bytes that arrived on one connection to a <see cref="ScriptedDestination"/>.</summary>
internal sealed class ScriptedConnection
{
    private readonly StringBuilder _received = new();

    /// <summary>Completes when the gateway has closed the connection.</summary>
    public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Every byte, as Latin-1 text.</summary>
    public string Received
    {
        get
        {
            lock (_received)
            {
                return _received.ToString();
            }
        }
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_received)
        {
            _received.Append(Encoding.Latin1.GetString(bytes));
        }
    }
}

/// <summary>
/// A hostile destination: after a request head has arrived, it sends the bytes of a script unchanged and records all later bytes. The
/// connection stays open until the gateway closes it, unless the script ends with a close.
/// </summary>
internal sealed class ScriptedDestination : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<ScriptedConnection> _connections = new();
    private readonly Task _accepting;
    private volatile ScriptedConnection _all = new();

    public ScriptedDestination()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";

    /// <summary>The answer to the head of a request; Latin-1 text.</summary>
    public Func<string, string> Answer { get; set; } = static _ => "";

    /// <summary>True when the destination closes the connection after its answer.</summary>
    public bool ClosesAfterAnswer { get; set; }

    public IReadOnlyCollection<ScriptedConnection> Connections => _connections;

    /// <summary>All that was received since the last reset, on older connections too.</summary>
    public string Received => _all.Received;

    public void Reset(Func<string, string> answer)
    {
        _connections.Clear();
        _all = new ScriptedConnection();
        ClosesAfterAnswer = false;
        Answer = answer;
    }

    /// <summary>The value of a header in the head of a request.</summary>
    public static string? HeaderOf(string head, string name) => head.Split("\r\n")
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim())
        .FirstOrDefault();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                var connection = new ScriptedConnection();
                _connections.Enqueue(connection);
                serving.Add(ServeAsync(client, connection));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client, ScriptedConnection connection)
    {
        using var _ = client;
        var stream = client.GetStream();
        var buffer = new byte[4096];
        var start = 0;
        try
        {
            while (await stream.ReadAsync(buffer, _stopping.Token) is > 0 and var length)
            {
                connection.Append(buffer.AsSpan(0, length));
                _all.Append(buffer.AsSpan(0, length));
                var received = connection.Received;
                while (received.IndexOf("\r\n\r\n", start, StringComparison.Ordinal) is >= 0 and var end)
                {
                    var head = received[start..(end + 2)];
                    start = end + 4;
                    await stream.WriteAsync(Encoding.Latin1.GetBytes(Answer(head)), _stopping.Token);
                    if (ClosesAfterAnswer)
                    {
                        return;
                    }
                }
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // The gateway has closed the connection, or the test is over.
        }
        finally
        {
            connection.Closed.TrySetResult();
        }
    }
}
