using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Testing.Drills;

/// <summary>How often one gateway has tried to load keys, by its own instrument.</summary>
internal sealed class FetchCount : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly long _before;
    private long _count;

    public FetchCount(TestGateway gateway)
    {
        var scope = gateway.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "gateway.keys.refreshes" && ReferenceEquals(instrument.Meter.Scope, scope))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => _count += value);
        _listener.Start();
        _before = Look();
    }

    public int Value => (int)(Look() - _before);

    public void Dispose() => _listener.Dispose();

    private long Look()
    {
        lock (_listener)
        {
            _count = 0;
            _listener.RecordObservableInstruments();
            return _count;
        }
    }
}
