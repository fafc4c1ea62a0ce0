using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Gateway.Telemetry;

/// <summary>
/// Sends what is left at the end, all signals at once and for a bounded time. The SDK's own disposal waits up to 5 s for one signal after
/// the other, and a collector that does not answer must not hold up a roll-out.
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
