using Gateway.Foundation;

namespace Gateway.RouteFeatures.Draining;

/// <summary>
/// The time between SIGTERM and the moment when the server stops accepting. The rest of the end is the server's: HTTP/2 clients get GOAWAY,
/// idle connections are closed, and what is under way has until <see cref="HostOptions.ShutdownTimeout"/>.
/// </summary>
internal sealed partial class Drain(DrainSettings settings, TimeProvider time, ILogger<Drain> logger) : IHostedLifecycleService
{
    private volatile bool _isUnderWay;

    public bool IsUnderWay => _isUnderWay;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _isUnderWay = true;
        Begun(logger, settings.Delay, settings.Timeout);
        await Task.Delay(settings.Delay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(
        EventIds.DrainBegun, LogLevel.Information,
        "The gateway is shutting down and not ready. It serves new requests for {Delay}; then the remaining requests have {Timeout} to " +
            "end.")]
    private static partial void Begun(ILogger logger, TimeSpan delay, TimeSpan timeout);
}
