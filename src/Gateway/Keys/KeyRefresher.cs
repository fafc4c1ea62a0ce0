using Gateway.Observability;

namespace Gateway.Keys;

/// <summary>
/// Keeps every issuer's ring fresh in the background, each on its own, so that one dead provider delays no other. A load that fails
/// leaves the ring as it is.
/// </summary>
internal sealed partial class KeyRefresher(IReadOnlyList<IssuerKeys> issuers, TimeProvider time, GatewayMetrics metrics, ILogger<KeyRefresher> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxRetry = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(issuers.Select(keys => FollowAsync(keys, stoppingToken)));

    private async Task FollowAsync(IssuerKeys keys, CancellationToken stopping)
    {
        var retry = FirstRetry;
        while (!stopping.IsCancellationRequested)
        {
            var failed = !await RefreshAsync(keys, stopping);
            // Up to a tenth earlier, so that replicas that start together do not ask together for ever.
            var wait = failed ? retry : Interval * (1 - (Random.Shared.NextDouble() / 10));
            retry = failed && !keys.Current.IsEmpty ? TimeSpan.FromTicks(Math.Min(retry.Ticks * 2, MaxRetry.Ticks)) : FirstRetry;
            await Task.Delay(wait, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> RefreshAsync(IssuerKeys keys, CancellationToken stopping)
    {
        KeyLoad load;
        try
        {
            load = await keys.Source.LoadAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        metrics.KeysRefreshed(keys.Issuer, load.Ring is not null);
        if (load.Ring is not { } ring)
        {
            RefreshFailed(logger, keys.Issuer, keys.Source.Name, load.Error!);
            return false;
        }

        foreach (var skipped in ring.Skipped)
        {
            KeySkipped(logger, keys.Issuer, skipped.Key, skipped.Why);
        }

        keys.Replace(ring);
        Refreshed(logger, keys.Issuer, keys.Source.Name, ring.Keys.Length);
        return true;
    }

    [LoggerMessage(EventIds.KeysRefreshed, LogLevel.Information, "Issuer {Issuer}: loaded {Count} keys from {Source}.")]
    private static partial void Refreshed(ILogger logger, string issuer, string source, int count);

    [LoggerMessage(EventIds.KeysNotRefreshed, LogLevel.Warning, "Issuer {Issuer}: could not load keys from {Source}: {Error}. The keys loaded before stay in use.")]
    private static partial void RefreshFailed(ILogger logger, string issuer, string source, string error);

    [LoggerMessage(EventIds.KeySkipped, LogLevel.Warning, "Issuer {Issuer}: {Key} {Why}; it is skipped.")]
    private static partial void KeySkipped(ILogger logger, string issuer, string key, string why);
}
