using System.Diagnostics.Metrics;
using Gateway.Foundation;

namespace Gateway.Host;

/// <summary>
/// Collects all generations once when a load with many connections is over. What the connections held is old by then, and the pools of
/// Kestrel and the runtime give buffers back at such a collection only. A normal load hardly ever fills the oldest generation, so without
/// this the memory would stay for hours. The count of connections is Kestrel's own; it costs requests nothing.
/// </summary>
internal sealed partial class MemoryRelease(IMeterFactory meters, TimeProvider time, ILogger<MemoryRelease> logger) : BackgroundService
{
    private const string Connections = "kestrel.active_connections";
    private const double Mebibyte = 1024 * 1024;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    // Listens from the start to Dispose. Its callback runs on the threads of the server and only counts.
    private readonly MeterListener _listener = new();
    private readonly LoadRelease _release = new(time);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == Connections && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, change, _, _) => _release.Add((int)change));
        _listener.Start();
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _listener.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await time.NextAsync(LookEvery, stoppingToken);
            if (_release.IsDue())
            {
                Collect();
            }
        }
    }

    // Blocking and compacting: a collection in the background leaves the memory in pieces, and the process keeps all of it.
    private void Collect()
    {
        var before = GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        var collection = GC.GetGCMemoryInfo(GCKind.FullBlocking);
        Released(logger, before / Mebibyte, collection.TotalCommittedBytes / Mebibyte, collection.PauseDurations[0].TotalMilliseconds);
    }

    [LoggerMessage(
        EventIds.MemoryReleased, LogLevel.Information,
        "A load with many connections is over, and its memory was collected: the heap takes {After:0} MiB, {Before:0} before. "
            + "It took {Pause:0} ms.")]
    private static partial void Released(ILogger logger, double before, double after, double pause);
}
