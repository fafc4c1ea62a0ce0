using System.Diagnostics.Metrics;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests;

/// <summary>What one gateway's own instruments count from now on; other gateways in the process do not show.</summary>
internal sealed class MetricCapture : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _before;
    private Dictionary<string, long> _seen = [];

    public MetricCapture(TestGateway gateway, string instrument)
        : this(gateway.Services, instrument)
    {
    }

    public MetricCapture(IServiceProvider gateway, string instrument)
    {
        var scope = gateway.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (candidate, listener) =>
        {
            if (candidate.Name == instrument && ReferenceEquals(candidate.Meter.Scope, scope))
            {
                listener.EnableMeasurementEvents(candidate);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Note(value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, _) => Note(value, tags));
        _listener.Start();
        _before = Look();
    }

    /// <summary>One line for each series that has moved: by how much, then <c>tag=value</c>.</summary>
    public IReadOnlyCollection<string> Measurements =>
    [
        .. Look().Select(series => (Tags: series.Key, Count: series.Value - _before.GetValueOrDefault(series.Key)))
            .Where(series => series.Count > 0).Select(series => $"{series.Count} {series.Tags}").Order(StringComparer.Ordinal),
    ];

    public void Dispose() => _listener.Dispose();

    private void Note(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _seen[string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))] = value;

    private Dictionary<string, long> Look()
    {
        _seen = [];
        _listener.RecordObservableInstruments();
        return _seen;
    }
}
