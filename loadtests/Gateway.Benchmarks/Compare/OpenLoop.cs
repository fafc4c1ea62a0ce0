using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Gateway.Benchmarks.Compare;

/// <summary>
/// An open loop: request k is due at start + k / rate, whether or not the ones before it were answered, and its time counts from when it
/// was due. A closed loop waits with a slow server and so hides how slow it was. One thread and one system call that waits for sockets
/// and clock alike, since timers of a thread pool are a millisecond off, and since the client shares the machine with what it measures.
/// </summary>
internal sealed partial class OpenLoop : IDisposable
{
    private const int Connections = 64;
    private const int SetTimerSlack = 29;
    private static readonly double TicksPerMicrosecond = Stopwatch.Frequency / 1e6;

    private readonly byte[][] _requests;
    private readonly double _period;
    private readonly OpenLoopConnection[] _connections;
    private readonly PollEntry[] _entries = new PollEntry[Connections];
    private readonly Stack<int> _idle = new(Enumerable.Range(0, Connections));
    private int _next;

    public OpenLoop(Uri url, byte[][] requests, int rate)
    {
        _requests = requests;
        _period = (double)Stopwatch.Frequency / rate;
        _connections = [.. Enumerable.Range(0, Connections).Select(_ => new OpenLoopConnection(url))];
        // Else the kernel may wake this thread 50 microseconds late, to save power.
        _ = Prctl(SetTimerSlack, 1);
    }

    public OpenLoopResult Run(int seconds)
    {
        var result = new OpenLoopResult();
        var start = Stopwatch.GetTimestamp();
        var total = (long)(seconds * (double)Stopwatch.Frequency / _period);
        var giveUp = start + ((seconds + 10) * Stopwatch.Frequency);
        var wasFull = false;
        for (long sent = 0; sent < total || _idle.Count < Connections;)
        {
            var now = Stopwatch.GetTimestamp();
            for (; sent < total && _idle.Count > 0 && Due(start, sent) <= now; sent++)
            {
                if (!wasFull)
                {
                    result.Lateness.Add((now - Due(start, sent)) / TicksPerMicrosecond);
                }

                _connections[_idle.Pop()].Send(_requests[_next++ % _requests.Length], Due(start, sent));
                now = Stopwatch.GetTimestamp();
            }

            wasFull = _idle.Count == 0;
            var until = sent < total && _idle.Count > 0 ? Due(start, sent) : now + Stopwatch.Frequency;
            Wait(until - now);
            Collect(result);
            if (now > giveUp)
            {
                throw new TimeoutException($"{Connections - _idle.Count} requests were not answered within ten seconds.");
            }
        }

        return result;
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
    }

    private long Due(long start, long index) => start + (long)(index * _period);

    private void Wait(long ticks)
    {
        for (var i = 0; i < Connections; i++)
        {
            _entries[i] = PollEntry.ForReading(_connections[i].Handle);
        }

        foreach (var i in _idle)
        {
            _entries[i].Handle = -1;
        }

        SocketPoll.Wait(_entries, Math.Max(0, ticks) * 1_000_000_000 / Stopwatch.Frequency);
    }

    private void Collect(OpenLoopResult result)
    {
        for (var i = 0; i < Connections; i++)
        {
            if (_entries[i].ReturnedEvents == 0)
            {
                continue;
            }

            var status = _connections[i].Receive();
            if (status == 0)
            {
                continue;
            }

            result.Add(status, (Stopwatch.GetTimestamp() - _connections[i].Due) / TicksPerMicrosecond);
            _idle.Push(i);
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Prctl(int option, nuint value);
}
