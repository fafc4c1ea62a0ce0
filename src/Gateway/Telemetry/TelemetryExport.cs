using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Gateway.Telemetry;

/// <summary>
/// Flushes all signals at the same time at shutdown, for a bounded time. The SDK's own disposal waits up to 5 s for each signal in turn,
/// and a collector that does not answer must not delay a roll-out.
/// </summary>
internal sealed class TelemetryExport(TracerProvider traces, MeterProvider metrics, LoggerProvider logs) : IHostedService
{
    private const int LongestFlushMilliseconds = 3000;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => traces.Shutdown(LongestFlushMilliseconds), CancellationToken.None),
        Task.Run(() => metrics.Shutdown(LongestFlushMilliseconds), CancellationToken.None),
        Task.Run(() => logs.Shutdown(LongestFlushMilliseconds), CancellationToken.None));
}
