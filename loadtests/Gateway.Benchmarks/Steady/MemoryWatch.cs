using System.Diagnostics;

namespace Gateway.Benchmarks.Steady;

/// <summary>The resident memory of a process while something else happens, read twice a second.</summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    private readonly int _processId;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(TimeSpan At, double Megabytes)> _samples = [];
    private readonly Task _running;

    public MemoryWatch(int processId)
    {
        _processId = processId;
        _running = RunAsync();
    }

    /// <summary>The median of the last seconds, in MiB.</summary>
    public double Last(TimeSpan part)
    {
        lock (_samples)
        {
            var end = _samples[^1].At;
            double[] last = [.. _samples.Where(sample => end - sample.At <= part).Select(sample => sample.Megabytes).Order()];
            return last[last.Length / 2];
        }
    }

    /// <summary>The most there was, in MiB.</summary>
    public double Most()
    {
        lock (_samples)
        {
            return _samples.Max(sample => sample.Megabytes);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var start = Stopwatch.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            var sample = (Stopwatch.GetElapsedTime(start), ProcessFigures.Read(_processId).ResidentMegabytes);
            lock (_samples)
            {
                _samples.Add(sample);
            }

            await Task.Delay(Every, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
