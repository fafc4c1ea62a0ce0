namespace Gateway.Testing;

/// <summary>
/// Measures how long runnable work waits for a processor while a test runs. A limit on the time of a request is a promise for a machine
/// that has processors to spare; on a loaded one it grows with this delay, so that only a wait of the gateway's own exceeds it.
/// </summary>
internal sealed class SchedulingDelay : IAsyncDisposable
{
    /// <summary>A request passes client, gateway and destination and back, and in each of them a socket and the thread pool.</summary>
    private const int Handovers = 8;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watch;
    private long _worstTicks;

    public SchedulingDelay() => _watch = WatchAsync();

    /// <summary>The limit on a quiet machine, and what this machine adds to it.</summary>
    public TimeSpan Allow(TimeSpan limit) => limit + Handovers * TimeSpan.FromTicks(Interlocked.Read(ref _worstTicks));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watch;
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var start = TimeProvider.System.GetTimestamp();
            await Task.Delay(Step, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var late = TimeProvider.System.GetElapsedTime(start) - Step;
            if (late.Ticks > Interlocked.Read(ref _worstTicks))
            {
                Interlocked.Exchange(ref _worstTicks, late.Ticks);
            }
        }
    }
}
