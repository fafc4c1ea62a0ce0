using Gateway.Testing;
using Gateway.Testing.Drills;

namespace Gateway.Benchmarks.Growth;

/// <summary>Appends revocations to a list in Redis at a steady rate, with a notification for each batch, until it is disposed.</summary>
internal sealed class ArrivingRevocations : IAsyncDisposable
{
    private const int BatchesPerSecond = 20;

    // Names that no list of a drill has.
    private const int FirstName = 1_000_000_000;

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _appending;

    public ArrivingRevocations(RedisServer redis, string issuer, int perSecond) =>
        _appending = Task.Run(() => AppendAsync(redis, issuer, perSecond / BatchesPerSecond));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _appending;
        _stop.Dispose();
    }

    private async Task AppendAsync(RedisServer redis, string issuer, int batch)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1) / BatchesPerSecond, TimeProvider.System);
        for (var next = FirstName; !_stop.IsCancellationRequested; next += batch)
        {
            await RevocationFill.RunAsync(redis, issuer, next, batch);
            await timer.WaitForNextTickAsync();
        }
    }
}
