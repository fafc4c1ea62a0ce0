using Gateway.Issuers;
using Gateway.Runtime;
using Gateway.Settings;

namespace Gateway.Configuration;

/// <summary>Why a valid configuration was not applied.</summary>
/// <param name="MayHeal">Whether it may succeed later without another change of the file.</param>
/// <param name="Fault">What YARP threw.</param>
internal sealed record ApplyFailure(string Path, string Problem, string Cure, bool MayHeal, Exception? Fault = null);

/// <summary>
/// Applies a valid configuration: makes one snapshot of it, waits for the keys that it needs, has YARP apply the routes, and swaps the
/// snapshot in effect once. If a step fails, the snapshot in effect and all its objects stay as they are.
/// </summary>
internal sealed class ConfigurationApplier(
    LiveGateway live, GatewaySnapshots snapshots, LiveProxyConfig proxy, KeyLoader keys, TimeProvider time)
{
    // Twice the time that one document of an issuer has (KeyDocumentClient): discovery needs two. Afterwards the follower tries again
    // later.
    private static readonly TimeSpan KeyPatience = TimeSpan.FromSeconds(10);

    // Requests that were routed before the change may still use the objects that went with it.
    private static readonly TimeSpan ReleasePatience = TimeSpan.FromMinutes(1);

    /// <summary>Null when the configuration is in effect.</summary>
    public async Task<ApplyFailure?> ApplyAsync(ConfigurationReading reading, CancellationToken stopping)
    {
        var current = live.Current;
        var routes = proxy.RoutesOf(reading);
        var next = snapshots.CreateNext(
            reading, current,
            routes.HasSameRoutes
                && SectionComparison.IsSame(current.Reading.Configuration, reading.Configuration, GatewayOptions.SectionName));
        ApplyFailure? failure = null;
        try
        {
            // Keys before routes: on a route that YARP has built anew, requests are served with the new snapshot before the swap.
            failure = await MissingKeysAsync(current.Issuers, next.Issuers, stopping) ?? await RouteAsync(next, routes);
            if (failure is null)
            {
                live.Swap(next);
            }
        }
        finally
        {
            // Asks for the snapshot in effect and not for `failure`: after an exception the new objects must be released, and never those
            // in use.
            if (ReferenceEquals(live.Current, next))
            {
                _ = ReleaseLaterAsync(current.Objects.ReleasedBy(next.Objects), stopping);
            }
            else
            {
                Release(next.Objects.ReleasedBy(current.Objects));
            }
        }

        return failure;
    }

    /// <summary>
    /// An issuer that has keys must not lose them through a typing error: the change is applied only after its new source has delivered
    /// keys.
    /// </summary>
    private async Task<ApplyFailure?> MissingKeysAsync(IssuerDirectory current, IssuerDirectory next, CancellationToken stopping)
    {
        var changed = next.Issuers.Where(issuer => issuer.Keys.Current.IsEmpty
            && current.Issuers.Any(known => known.Name == issuer.Name && !known.Keys.Current.IsEmpty)).ToArray();
        Task loads = Task.WhenAll(changed.Select(issuer => keys.LoadAsync(issuer.Keys)));
        await loads.WaitAsync(KeyPatience, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.ThrowIfCancellationRequested();
        return changed.FirstOrDefault(issuer => issuer.Keys.Current.IsEmpty) is { } missing
            ? new ApplyFailure(
                $"Gateway:Issuers:{missing.Name}:Keys",
                $"no keys can be loaded from there ({missing.Keys.State.Error ?? "no response yet"}).",
                "Correct the source, or wait until it responds.",
                MayHeal: true)
            : null;
    }

    private async Task<ApplyFailure?> RouteAsync(GatewaySnapshot next, ProxyRoutes routes) =>
        await proxy.ApplyAsync(next, routes) is { } fault
            ? new ApplyFailure(
                SettingSchema.ReverseProxy,
                "YARP cannot apply it.",
                "Restart with it, and report this: the check of the configuration should have found it.",
                MayHeal: false,
                fault)
            : null;

    private async Task ReleaseLaterAsync(IDisposable[] objects, CancellationToken stopping)
    {
        if (objects.Length > 0)
        {
            await Task.Delay(ReleasePatience, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Release(objects);
        }
    }

    private static void Release(IDisposable[] objects)
    {
        foreach (var each in objects)
        {
            each.Dispose();
        }
    }
}
