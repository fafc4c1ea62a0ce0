using System.Diagnostics.Metrics;
using Gateway.Issuers;
using Gateway.Telemetry;
using Gateway.Testing;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Issuers;

/// <summary>A key source that answers what a test tells it to, when the test lets it, and remembers when it was asked.</summary>
internal sealed class ScriptedSource(TimeProvider time) : IKeySource
{
    public string Name => "scripted";

    public Func<Task<KeyLoad>> Answer { get; set; } = () => Task.FromResult(KeyLoad.Failed("not told yet"));

    public List<DateTimeOffset> Asked { get; } = [];

    public Task<KeyLoad> LoadAsync(CancellationToken cancellationToken)
    {
        lock (Asked)
        {
            Asked.Add(time.GetUtcNow());
        }

        return Answer();
    }
}

/// <summary>One issuer's keys with everything that moves them, on a clock that the test moves.</summary>
internal sealed class KeyBench : IDisposable
{
    private readonly LoggerFactory _loggers;

    public KeyBench()
    {
        _loggers = new LoggerFactory([Logs]);
        Source = new ScriptedSource(Clock);
        Metrics = new GatewayMetrics(new MeterFactory(), Clock);
        Forgotten = new ForgottenKeyList(_loggers.CreateLogger<ForgottenKeyList>());
        Documents = new StoredKeyDocuments(Forgotten, Clock, _loggers.CreateLogger<StoredKeyDocuments>());
        Loader = new KeyLoader(Documents, Forgotten, Clock, Metrics, _loggers.CreateLogger<KeyLoader>());
        Refresher = new KeyRefresher(Loader, Documents, Forgotten, Clock);
        Search = new KeySearch(Loader, Clock);
    }

    public GatewayMetrics Metrics { get; }

    public ManualClock Clock { get; } = new();

    public LogCapture Logs { get; } = new();

    public ScriptedSource Source { get; }

    public TimeSpan MaxStale { get; init; } = TimeSpan.FromDays(1);

    public IssuerKeys Keys
    {
        get => field ??= new IssuerKeys("shop", Source) { MaxStale = MaxStale };
        init;
    }

    public ForgottenKeyList Forgotten { get; }

    public StoredKeyDocuments Documents { get; }

    public KeyLoader Loader { get; }

    public KeyRefresher Refresher { get; }

    public KeySearch Search { get; }

    /// <summary>The background loop, started.</summary>
    public async Task<KeyFollower> FollowAsync()
    {
        var profile = new Tokens.Shop(shop => shop with { Keys = Keys }).Profile;
        Keys.Expire();
        var follower = new KeyFollower(
            new Gateway.Issuers.LiveIssuers(new Gateway.Issuers.IssuerDirectory([profile], [])), Refresher, Loader, Documents, Metrics,
            Clock);
        await follower.StartAsync(CancellationToken.None);
        return follower;
    }

    public void Dispose()
    {
        Metrics.Dispose();
        _loggers.Dispose();
    }

    private sealed class MeterFactory : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
