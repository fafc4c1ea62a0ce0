using System.Diagnostics;
using System.Globalization;
using System.Net;
using Gateway.Benchmarks.Measure;
using Gateway.Benchmarks.Measure.Load;
using Gateway.Benchmarks.Measure.Peers;
using Gateway.Benchmarks.Steady;
using Gateway.Testing;

namespace Gateway.Benchmarks.Growth;

/// <summary>A gateway of some size in a process of its own.</summary>
internal sealed class GrowthGateway : IAsyncDisposable
{
    private readonly GatewayProgram _program;
    private readonly GrowthSite _site;
    private readonly RedisServer? _redis;
    private readonly ArrivingRevocations? _arriving;
    private readonly TurnRequests _known;
    private int _version;

    private GrowthGateway(GatewayProgram program, GrowthSite site, RedisServer? redis, ArrivingRevocations? arriving, GrowthTime ready)
    {
        (_program, _site, _redis, _arriving, Ready) = (program, site, redis, arriving, ready);
        Address = new Uri(program.Address);
        Requests = site.Requests(Address);
        _known = new TurnRequests(Requests, isCyclic: true);
    }

    public Uri Address { get; }

    public byte[][] Requests { get; }

    /// <summary>From the start of the process until <c>/readyz</c> has every check.</summary>
    public GrowthTime Ready { get; }

    public double ResidentMegabytes => ProcessFigures.Read(_program.ProcessId).ResidentMegabytes;

    public static async Task<GrowthGateway> StartAsync(GrowthSize size, string destination)
    {
        var redis = await GrowthSite.FillAsync(size);
        var site = new GrowthSite(size, destination, redis);
        var environment = new Dictionary<string, string>
        {
            ["Logging__LogLevel__Default"] = "Error",
            ["Logging__LogLevel__Gateway.Configuration"] = "Information",
        };
        var files = site.Files();
        var start = Stopwatch.GetTimestamp();
        var program = await PublishedGateway.StartAsync(files, environment);
        await program.WaitUntilAsync([.. site.Checks]);
        var ready = GrowthTime.Since(start, program.ProcessId);
        var arriving = size.Arriving == 0 || redis is null ? null : new ArrivingRevocations(redis, GrowthSite.IssuerOf(0), size.Arriving);
        return new GrowthGateway(program, site, redis, arriving, ready);
    }

    /// <summary>Sends each request once, and then all in turn until the time is over.</summary>
    public void WarmUp(TimeSpan atLeast)
    {
        var start = Stopwatch.GetTimestamp();
        using var load = new Measure.Load.ClosedLoop(Address.Port, isTls: false);
        load.Run(new TurnRequests(Requests, isCyclic: false), TimeSpan.FromMinutes(10), CancellationToken.None);
        if (atLeast - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } left)
        {
            load.Run(_known, left, CancellationToken.None);
        }
    }

    public TurnSample Turn(TimeSpan length)
    {
        using var load = new Measure.Load.ClosedLoop(Address.Port, isTls: false);
        // Connects and fills the processor's caches.
        load.Run(_known, length / 10, CancellationToken.None);
        var before = ProcessClock.Read([_program.ProcessId]);
        var result = load.Run(_known, length, CancellationToken.None);
        return new TurnSample(0, result.Requests, result.Seconds, ProcessClock.Read([_program.ProcessId]) - before, ResidentMegabytes);
    }

    /// <summary>
    /// Changes yarp.json and waits until the change is in effect. The gateway looks at the file once a second, so a reload that follows
    /// another takes a second in addition to the work of the gateway.
    /// </summary>
    public async Task<GrowthTime> ReloadAsync()
    {
        var next = _program.ConfigFile + ".next";
        await File.WriteAllTextAsync(next, _site.Configuration(++_version));
        var (start, before) = (Stopwatch.GetTimestamp(), ProcessClock.Read([_program.ProcessId]));
        File.Move(next, _program.ConfigFile, overwrite: true);
        // Read from the log, because requests that test the new route would be a load of their own.
        await Eventually.TrueAsync(
            () => _program.Lines.Count(line => line.Contains("Applied configuration", StringComparison.Ordinal)) >= _version,
            "the changed yarp.json is in effect");
        return GrowthTime.Since(start, _program.ProcessId, before);
    }

    /// <summary>Whether requests are routed by the last version of the file.</summary>
    public async Task<bool> HasReloadedAsync()
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/version-{_version}");
        using var response = await _program.Client.GetAsync(new Uri(path, UriKind.Relative));
        return response.StatusCode == HttpStatusCode.OK;
    }

    public async ValueTask DisposeAsync()
    {
        if (_arriving is not null)
        {
            await _arriving.DisposeAsync();
        }

        await _program.DisposeAsync();
        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        _site.Dispose();
    }
}

/// <summary>How long something took, and what the gateway used of the processor meanwhile.</summary>
internal readonly record struct GrowthTime(double Seconds, double ProcessorSeconds)
{
    /// <param name="before">The processor time of the process at the start, in nanoseconds.</param>
    public static GrowthTime Since(long start, int processId, long before = 0) =>
        new(Stopwatch.GetElapsedTime(start).TotalSeconds, (ProcessClock.Read([processId]) - before) / 1e9);
}
