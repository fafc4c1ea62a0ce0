using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests;

/// <summary>What one gateway's own instruments count from now on; other gateways in the process do not show.</summary>
internal sealed class MetricCapture : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<string> _measurements = new();

    public MetricCapture(TestGateway gateway, string instrument)
    {
        var scope = gateway.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (candidate, listener) =>
        {
            if (candidate.Name == instrument && ReferenceEquals(candidate.Meter.Scope, scope))
            {
                listener.EnableMeasurementEvents(candidate);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            _measurements.Enqueue($"{value} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}"));
        _listener.Start();
    }

    /// <summary>One line a measurement: the value, then <c>tag=value</c>.</summary>
    public IReadOnlyCollection<string> Measurements => _measurements;

    /// <summary>Takes the present values of the instruments that are only looked at.</summary>
    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();
}
