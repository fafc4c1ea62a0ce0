using System.Runtime.InteropServices;

namespace Gateway.Benchmarks.Load;

/// <summary>
/// An open loop: request k is due at start + k / rate, whether or not the ones before it have a response, and its time counts from when it
/// was due. A closed loop waits with a slow server and so hides how slow it was. One thread and one system call that waits for sockets
/// and clock alike, since timers of a thread pool are a millisecond off, and since the client shares the machine with what it measures.
/// </summary>
internal sealed partial class OpenLoop : IDisposable
{
    private const int Connections = 64;
    private const int SetTimerSlack = 29;

    private readonly TimeProvider _time;
    private readonly Action<PollEntry[], long> _wait;
    private readonly double _ticksPerMicrosecond;
    private readonly byte[][] _requests;
    private readonly double _period;
    private readonly OpenLoopConnection[] _connections;
    private readonly PollEntry[] _entries = new PollEntry[Connections];
    private readonly Stack<int> _idle = new(Enumerable.Range(0, Connections));
    private int _next;

    /// <param name="rate">Requests a second.</param>
    /// <param name="wait">Waits until a socket can be read or so many nanoseconds are over. Null for the kernel's.</param>
    public OpenLoop(Uri url, byte[][] requests, int rate, TimeProvider? time = null, Action<PollEntry[], long>? wait = null)
    {
        (_requests, _time, _wait) = (requests, time ?? TimeProvider.System, wait ?? SocketPoll.Wait);
        _ticksPerMicrosecond = _time.TimestampFrequency / 1e6;
        _period = (double)_time.TimestampFrequency / rate;
        _connections = [.. Enumerable.Range(0, Connections).Select(_ => new OpenLoopConnection(url))];
    }

    /// <param name="each">Called with the status and the microseconds of each response.</param>
    public OpenLoopResult Run(int seconds, Action<int, double>? each = null)
    {
        // Without this, the kernel may wake the thread 50 microseconds late to save power.
        _ = Prctl(SetTimerSlack, 1);
        var result = new OpenLoopResult(each);
        var start = _time.GetTimestamp();
        var total = (long)(seconds * (double)_time.TimestampFrequency / _period);
        var giveUp = start + ((seconds + 10) * _time.TimestampFrequency);
        var wasFull = false;
        for (long sent = 0; sent < total || _idle.Count < Connections;)
        {
            var now = _time.GetTimestamp();
            for (; sent < total && _idle.Count > 0 && Due(start, sent) <= now; sent++)
            {
                if (!wasFull)
                {
                    result.Lateness.Add((now - Due(start, sent)) / _ticksPerMicrosecond);
                }

                _connections[_idle.Pop()].Send(_requests[_next++ % _requests.Length], Due(start, sent));
                now = _time.GetTimestamp();
            }

            wasFull = _idle.Count == 0;
            var until = sent < total && _idle.Count > 0 ? Due(start, sent) : now + _time.TimestampFrequency;
            Wait(until - now);
            Collect(result);
            if (now > giveUp)
            {
                throw new TimeoutException($"{Connections - _idle.Count} requests got no response within ten seconds.");
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

        _wait(_entries, Math.Max(0, ticks) * 1_000_000_000 / _time.TimestampFrequency);
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

            result.Add(status, (_time.GetTimestamp() - _connections[i].Due) / _ticksPerMicrosecond);
            _idle.Push(i);
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Prctl(int option, nuint value);
}
