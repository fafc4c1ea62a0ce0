using System.Diagnostics.Metrics;
using Gateway.Foundation;

namespace Gateway.Host;

/// <summary>
/// Says once that a client has spoken HTTP/2 to a listener of HTTP/1.1 without TLS. Kestrel speaks both on one port only with TLS, whose
/// handshake names the version, and closes such a connection without a log line. Its measurement of connections tells, which costs requests
/// nothing.
/// </summary>
internal sealed partial class PlainHttp2Notice(IMeterFactory meters, ILogger<PlainHttp2Notice> logger) : IHostedService, IDisposable
{
    private const string Connections = "kestrel.connection.duration";
    private const string OtherVersion = "invalid_http_version";

    private readonly MeterListener _listener = new();
    // 1 after the line was written. Set by the first thread that sees the case, so that it is written once.
    private int _isSaid;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == Connections && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, _, tags, _) => Look(tags));
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _listener.Dispose();

    private void Look(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (name, value) in tags)
        {
            if (name == "error.type" && value is OtherVersion && Interlocked.Exchange(ref _isSaid, 1) == 0)
            {
                TurnedAway(logger);
            }
        }
    }

    [LoggerMessage(
        EventIds.PlainHttp2Rejected, LogLevel.Warning,
        "A client spoke HTTP/2 without TLS, as gRPC clients do, to a listener that speaks HTTP/1.1 without TLS, and was turned away. " +
            "Give it a listener "
            + "with Protocols Http2 under Kestrel:Endpoints, or TLS (docs/operations.md, gRPC). This is said once.")]
    private static partial void TurnedAway(ILogger logger);
}
