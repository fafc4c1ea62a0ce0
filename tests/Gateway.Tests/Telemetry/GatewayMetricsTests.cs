using System.Diagnostics.Metrics;
using Gateway.Jose;
using Gateway.Telemetry;
using Gateway.Testing;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Gateway.Tests.Telemetry;

/// <summary>What measuring costs: little when somebody listens, a look at a flag when nobody does.</summary>
public sealed class GatewayMetricsTests : IMeterFactory
{
    private readonly string _name = $"{GatewayMetrics.MeterName}.{Guid.NewGuid():N}";
    private readonly ManualClock _clock = new();
    private readonly GatewayMetrics _metrics;

    public GatewayMetricsTests() => _metrics = new GatewayMetrics(this, _clock);

    [Fact]
    public void Measurements_of_a_request_allocate_nothing_when_the_sdk_listens()
    {
        using var reader = new BaseExportingMetricReader(new Nowhere());
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter(_name).AddReader(reader).Build();
        // The first of each series makes it.
        MeasureRequest();
        _metrics.StartAuthentication().ShouldNotBe(long.MinValue);

        // What the runtime makes once, such as code that is compiled anew meanwhile, is not there the next time; what a request makes is.
        Enumerable.Range(0, 3).Select(_ => BytesOf(1000)).Min().ShouldBeLessThan(1000);
    }

    [Fact]
    public void What_was_counted_before_somebody_looked_is_not_lost()
    {
        for (var i = 0; i < 3; i++)
        {
            _metrics.AllowedBy("orders", "shop").Add();
        }

        var seen = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == _name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            seen.Add($"{instrument.Name} {value} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}"));
        listener.Start();
        listener.RecordObservableInstruments();

        seen.ShouldBe(["gateway.auth.decisions 3 decision=allow reason=none route=orders issuer=shop"]);
    }

    [Fact]
    public void Counts_of_many_threads_add_up()
    {
        var total = _metrics.AllowedBy("orders", "shop");

        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                total.Add();
            }
        });

        total.Read().Value.ShouldBe(80_000);
    }

    [Fact]
    public void Series_that_a_stranger_can_start_has_one_place_for_all_cores()
    {
        var hot = AllocatedBy(route => _metrics.AllowedBy(route, "shop"));
        using var others = new GatewayMetrics(this, _clock);
        var cold = AllocatedBy(route => others.Rejected(RejectionReason.Expired, route, "shop"));

        // A line of the cache for each core, less one number.
        (hot - cold).ShouldBeGreaterThan(40);

        // The median, so that a table which grows does not count.
        static long AllocatedBy(Action<string> count)
        {
            var routes = Enumerable.Range(0, 101).Select(number => $"route{number}").ToArray();
            var each = new long[routes.Length];
            for (var i = 0; i < routes.Length; i++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                count(routes[i]);
                each[i] = GC.GetAllocatedBytesForCurrentThread() - before;
            }

            return each.Order().ElementAt(each.Length / 2);
        }
    }

    [Fact]
    public void Clock_is_not_read_when_nobody_listens()
    {
        _metrics.StartAuthentication().ShouldBe(long.MinValue);
    }

    [Fact]
    public void Duration_is_in_seconds()
    {
        var measured = new List<double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == _name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => measured.Add(value));
        listener.Start();

        var started = _metrics.StartAuthentication();
        _clock.Pass(TimeSpan.FromMilliseconds(250));
        _metrics.Authenticated(started);

        measured.ShouldBe([0.25]);
    }

    public Meter Create(MeterOptions options) => new(_name);

    public void Dispose() => _metrics.Dispose();

    private long BytesOf(int requests)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < requests; i++)
        {
            MeasureRequest();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private void MeasureRequest()
    {
        var started = _metrics.StartAuthentication();
        _metrics.TokenCacheLookup(isHit: true);
        _metrics.RevocationLookup(RevocationStatus.NotRevoked);
        _metrics.Authenticated(started);
        _metrics.AllowedBy("orders", "shop").Add();
        _metrics.Rejected(RejectionReason.Expired, "orders", "shop");
    }

    [ExportModes(ExportModes.Pull)]
    private sealed class Nowhere : BaseExporter<Metric>, IPullMetricExporter
    {
        public Func<int, bool>? Collect { get; set; }

        public override ExportResult Export(in Batch<Metric> batch) => ExportResult.Success;
    }
}
