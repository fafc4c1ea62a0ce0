using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Gateway.Benchmarks.Operations;

/// <summary>
/// Connections to a server in this process, through pipes instead of the kernel: a request runs on the thread that sends it.
/// </summary>
internal sealed class MemoryTransport : IConnectionListenerFactory
{
    /// <summary>The endpoint that gets the connections; others get none.</summary>
    public const int Port = 1;

    private readonly Channel<ConnectionContext> _connections = Channel.CreateUnbounded<ConnectionContext>();

    /// <summary>The client's end of a new connection.</summary>
    public IDuplexPipe Connect()
    {
        var options =
            new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);
        var (requests, responses) = (new Pipe(options), new Pipe(options));
        var client = new End(responses.Reader, requests.Writer);
        var connection = new Connection(new End(requests.Reader, responses.Writer), client)
        {
            LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 80),
            RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 50_000),
        };
        _connections.Writer.TryWrite(connection);
        return client;
    }

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new Listener(
            endpoint, endpoint is IPEndPoint { Port: Port } ? _connections.Reader : Channel.CreateUnbounded<ConnectionContext>().Reader));

    /// <summary>
    /// Aborted, the base cancels on another thread, and the process ends when the connection has been disposed of by then.
    /// </summary>
    private sealed class Connection(IDuplexPipe server, IDuplexPipe client) : DefaultConnectionContext("memory", server, client)
    {
        public override void Abort(ConnectionAbortedException abortReason) => Application!.Output.Complete(abortReason);
    }

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Listener(EndPoint endPoint, ChannelReader<ConnectionContext> connections) : IConnectionListener
    {
        private readonly CancellationTokenSource _unbound = new();

        public EndPoint EndPoint => endPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            try
            {
                return await connections.ReadAsync(_unbound.Token);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default) => await _unbound.CancelAsync();

        public ValueTask DisposeAsync()
        {
            _unbound.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
