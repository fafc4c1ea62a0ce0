using System.Diagnostics;
using Gateway.Benchmarks.Load;

namespace Gateway.Benchmarks.Measure.Load;

/// <summary>Kept connections with one request on each at a time. One thread, which costs the shared machine little.</summary>
internal sealed class ClosedLoop : ILoad
{
    public const int Connections = 32;

    private readonly LoadConnection[] _connections;
    private readonly PollEntry[] _entries;

    public ClosedLoop(int port, bool isTls)
    {
        _connections = [.. Enumerable.Range(0, Connections).Select(_ => new LoadConnection(port, isTls))];
        _entries = [.. _connections.Select(connection => PollEntry.ForReading(connection.Handle))];
    }

    public LoadResult Run(TurnRequests requests, TimeSpan duration, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var (received, underWay) = (0L, 0);
        for (var i = 0; i < Connections; i++)
        {
            underWay += Send(i, requests) ? 1 : 0;
        }

        while (underWay > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            SocketPoll.Wait(_entries, 1_000_000_000);
            for (var i = 0; i < Connections; i++)
            {
                if (_entries[i].Handle < 0 || _entries[i].ReturnedEvents == 0)
                {
                    continue;
                }

                _connections[i].Receive(requests.Status);
                received++;
                if (Stopwatch.GetElapsedTime(start) >= duration || !Send(i, requests))
                {
                    _entries[i].Handle = -1;
                    underWay--;
                }
            }
        }

        return new LoadResult(received, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
    }

    private bool Send(int connection, TurnRequests requests)
    {
        var request = requests.Next();
        _entries[connection].Handle = request is null ? -1 : _connections[connection].Handle;
        if (request is not null)
        {
            _connections[connection].Send(request);
        }

        return request is not null;
    }
}
