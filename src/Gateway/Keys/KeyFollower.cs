using System.Diagnostics.Metrics;
using Gateway.Observability;

namespace Gateway.Keys;

/// <summary>Keeps every issuer's ring fresh in the background, each on its own, so that one dead provider delays no other.</summary>
internal sealed class KeyFollower(IReadOnlyList<IssuerKeys> issuers, KeyRefresher refresher, GatewayMetrics metrics, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    // While there are no keys at all every second counts, for as long as an issuer takes to start.
    private const int EagerRetries = 30;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(issuers.Select(keys => refresher.TakeKeptAsync(keys, cancellationToken)));
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.ObserveKeyAge(Ages);
        return Task.WhenAll(issuers.Select(keys => FollowAsync(keys, stoppingToken)));
    }

    private IEnumerable<Measurement<double>> Ages()
    {
        foreach (var keys in issuers)
        {
            if (keys.State.LoadedAt is { } loadedAt)
            {
                yield return new((time.GetUtcNow() - loadedAt).TotalSeconds, new KeyValuePair<string, object?>("issuer", keys.Issuer));
            }
        }
    }

    private async Task FollowAsync(IssuerKeys keys, CancellationToken stopping)
    {
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            var isLoaded = await refresher.RefreshAsync(keys, stopping);
            failures = isLoaded ? 0 : failures + 1;
            var wait = isLoaded ? Sooner(LeftOf(keys)) : RetryAfter(keys, failures);
            lock (keys.Gate)
            {
                keys.State = keys.State with { NextRefresh = time.GetUtcNow() + wait };
            }

            await Task.Delay(wait, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            refresher.ExpireIfStale(keys);
        }
    }

    /// <summary>Keys that another replica fetched some time ago are due that much earlier.</summary>
    private TimeSpan LeftOf(IssuerKeys keys)
    {
        var left = KeyRefresher.IntervalOf(keys.State.Lifetime) - (time.GetUtcNow() - (keys.State.LoadedAt ?? time.GetUtcNow()));
        return left > FirstRetry ? left : FirstRetry;
    }

    /// <summary>Up to a tenth, so that replicas that start together do not ask together for ever.</summary>
    private static TimeSpan Sooner(TimeSpan wait) => wait * (1 - (Random.Shared.NextDouble() / 10));

    private TimeSpan RetryAfter(IssuerKeys keys, int failures)
    {
        if (keys.Current.IsEmpty && failures <= EagerRetries)
        {
            return FirstRetry;
        }

        var doublings = keys.Current.IsEmpty ? failures - EagerRetries : failures - 1;
        var wait = Sooner(TimeSpan.FromTicks(Math.Min(FirstRetry.Ticks << Math.Min(doublings, 6), LongestRetry.Ticks)));
        // Not past the moment at which the keys become too old.
        var left = keys.State.LoadedAt is { } loadedAt && !keys.Current.IsEmpty ? loadedAt + keys.MaxStale - time.GetUtcNow() : wait;
        return left < wait && left > TimeSpan.Zero ? left : wait;
    }
}
