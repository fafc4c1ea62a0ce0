using System.Diagnostics;

namespace Gateway.Benchmarks.Measure.Load;

/// <summary>
/// A new TLS connection for each request, with a full handshake. It has threads, since a handshake waits for the peer twice.
/// </summary>
internal sealed class HandshakeLoop(int port) : ILoad
{
    private const int Threads = 8;

    public LoadResult Run(TurnRequests requests, TimeSpan duration, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var received = 0L;
        Exception? failure = null;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            try
            {
                while (Stopwatch.GetElapsedTime(start) < duration && !cancellationToken.IsCancellationRequested
                    && requests.Next() is { } request)
                {
                    using var connection = new LoadConnection(port, isTls: true);
                    connection.Send(request);
                    connection.Receive(requests.Status);
                    Interlocked.Increment(ref received);
                }
            }
#pragma warning disable CA1031 // Whatever a thread fails with fails the run.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                failure = fault;
            }
        }))];
        foreach (var thread in threads)
        {
            thread.Start();
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }

        cancellationToken.ThrowIfCancellationRequested();
        return failure is null
            ? new LoadResult(received, Stopwatch.GetElapsedTime(start).TotalSeconds)
            : throw new InvalidOperationException("A request over a connection of its own failed.", failure);
    }

    public void Dispose()
    {
        // Each request ends its connection.
    }
}
