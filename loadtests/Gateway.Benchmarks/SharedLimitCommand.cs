using System.Diagnostics.Metrics;
using Gateway.RouteFeatures.Limits;
using Gateway.Telemetry;
using Gateway.Testing;
using Gateway.Testing.Drills;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Benchmarks;

/// <summary>What a rate limit costs a request: counted by the replica, and in a real Redis on loopback.</summary>
internal static class SharedLimitCommand
{
    private const int Permits = 1_000_000;
    private const int AtOnce = 32;

    public static async Task<int> RunAsync()
    {
        var count = RotationCommand.Setting("COUNT", 20_000);
        await using var redis = await RedisServer.StartAsync(null, "--appendonly", "no");
        await using var connection = RedisRevocations.Connect(redis.Connection);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var metrics = new GatewayMetrics(services.GetRequiredService<IMeterFactory>(), TimeProvider.System);
        using var shared = new SharedRateLimits(connection, metrics, TimeProvider.System, NullLogger<SharedRateLimits>.Instance);
        var text = new ReportText();
        text.Line($"{await DocsBlock.DescribeAsync()}. {count} requests one after another, and {AtOnce} at a time.");
        text.Line();
        text.Line($"| Limit | by the replica | allocated | in Redis, p50 | p99 | allocated | {AtOnce} at a time, requests a second |");
        text.Line($"| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var kind in new[] { RateLimitKind.FixedWindow, RateLimitKind.SlidingWindow, RateLimitKind.TokenBucket })
        {
            var settings = new RateLimitSettings(
                "limit", kind, Permits, TimeSpan.FromHours(1), Segments: 10, Queue: 0, new RateLimitPartition("sub", null), Shared: true);
            using var limit = new RateLimit(settings, TimeProvider.System, shared: null);
            var local = await MeasureAsync(count, () => CountLocallyAsync(limit));
            var remote = await MeasureAsync(
                count,
                async () =>
                    _ = await shared.CountAsync(settings, "alice", default) ?? throw new InvalidOperationException("Redis is down."));
            var start = TimeProvider.System.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
            {
                for (var i = 0; i < count / AtOnce; i++)
                {
                    await shared.CountAsync(settings, "alice", default);
                }
            }));
            var rate = count / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            var (own, median, slow) =
                (local.Times.Percentile(0.5) * 1000, remote.Times.Percentile(0.5) * 1000, remote.Times.Percentile(0.99) * 1000);
            text.Line($"| {kind} | {own:0.0} µs | {local.Bytes} B | {median:0} µs | {slow:0} µs | {remote.Bytes} B | {rate:0} |");
        }

        Console.WriteLine(text);
        return 0;
    }

    private static async ValueTask CountLocallyAsync(RateLimit limit)
    {
        var (_, lease) = await limit.AcquireAsync("alice", default);
        lease?.Dispose();
    }

    private static async Task<(Times Times, long Bytes)> MeasureAsync(int count, Func<ValueTask> call)
    {
        for (var i = 0; i < count / 10; i++)
        {
            await call();
        }

        var milliseconds = new double[count];
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < count; i++)
        {
            var start = TimeProvider.System.GetTimestamp();
            await call();
            milliseconds[i] = TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
        }

        var bytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / count;
        return (new Times(milliseconds), bytes);
    }
}
