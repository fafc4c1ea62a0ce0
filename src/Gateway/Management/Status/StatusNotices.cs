using Gateway.Configuration;
using Gateway.Explanation;
using Gateway.Issuers;
using Gateway.Redis;
using Gateway.Revocation;
using Gateway.RouteFeatures.Clusters;
using Gateway.Runtime;

namespace Gateway.Management.Status;

/// <summary>One notice for the operator.</summary>
/// <param name="IsFailure">True when requests are rejected over it, or changes do not take effect.</param>
internal sealed record StatusNotice(bool IsFailure, string Text);

/// <summary>What decides whether this replica can serve requests at all.</summary>
internal readonly record struct Serving(bool IsRouting, bool IsDraining);

/// <summary>What is not as it should be.</summary>
internal static class StatusNotices
{
    // When one provider is down, all issuers of a template may fail.
    private const int MostIssuers = 20;
    private const int MostClusters = 20;

    public static void Write(Html html, IReadOnlyList<StatusNotice> notices)
    {
        if (notices.Count == 0)
        {
            html.Add(
                $"<p class=\"notice good\"><b>In order.</b> Keys are loaded, revocations are current, the configuration file is in " +
                    $"effect, and destinations pass their checks.</p>");
        }

        foreach (var notice in notices.OrderByDescending(notice => notice.IsFailure))
        {
            if (notice.IsFailure)
            {
                html.Add($"<p class=\"notice bad\"><b>Failing:</b> {notice.Text}</p>");
            }
            else
            {
                html.Add($"<p class=\"notice warn\"><b>Degraded:</b> {notice.Text}</p>");
            }
        }
    }

    /// <summary>Everything that an operator has to act on. An empty list means that the replica is in order.</summary>
    public static List<StatusNotice> Find(
        GatewaySnapshot snapshot, ConfigurationState state, RevocationList revocations, RedisStatus? redis,
        IReadOnlyList<ClusterCondition> clusters,
        Serving serving, DateTimeOffset now)
    {
        var notices = new List<StatusNotice>();
        if (!serving.IsRouting)
        {
            notices.Add(new StatusNotice(true, "No request can be routed. Log event 405 says why."));
        }

        if (serving.IsDraining)
        {
            notices.Add(new StatusNotice(false, "This replica is ending and takes no new requests for long."));
        }

        if (state.LastFailure is { IsPending: true })
        {
            notices.Add(
                new StatusNotice(
                    true, "The changed configuration file is rejected; the last valid configuration stays in effect. See Configuration."));
        }

        if (state.AwaitingRestart.Count > 0)
        {
            notices.Add(
                new StatusNotice(false, $"These changes take effect only after a restart: {string.Join(", ", state.AwaitingRestart)}."));
        }

        notices.AddRange(
            snapshot.Issuers.Live.Select(issuer => OfKeys(issuer, now)).OfType<StatusNotice>()
                .OrderByDescending(notice => notice.IsFailure)
                .Take(MostIssuers));
        notices.AddRange(
            clusters.Where(cluster => cluster.IsDown || cluster.Unhealthy > 0)
                .OrderByDescending(cluster => cluster.IsDown)
                .Select(OfDestinations)
                .Take(MostClusters));
        notices.AddRange(
            from issuer in snapshot.Issuers.Issuers
            let error = issuer.IntrospectionServer?.LastError
            where error is not null
            select new StatusNotice(
                true, $"Issuer {issuer.Name} cannot be asked about opaque tokens: {error}. Requests with new ones get 503."));
        notices.AddRange(snapshot.Issuers.Decryptions.Where(keys => keys.Error is not null).Select(keys => new StatusNotice(
            false, $"The decryption keys in {keys.Path} cannot be read again: {keys.Error}. Those that were read before stay in use.")));
        AddRevocations(notices, revocations, redis);
        return notices;
    }

    private static StatusNotice OfDestinations(ClusterCondition cluster) => cluster.IsDown
        ? new StatusNotice(true, $"Cluster {cluster.Cluster} has no healthy destination. See Destinations.")
        : new StatusNotice(
            false,
            $"Cluster {cluster.Cluster} has {cluster.Unhealthy} unhealthy of {cluster.Destinations.Count} destinations. See Destinations.");

    /// <summary>The notice about an issuer's keys; null when they are loaded and refreshed.</summary>
    private static StatusNotice? OfKeys(IssuerProfile issuer, DateTimeOffset now)
    {
        var (name, keys, state) = (issuer.Keys.Issuer, issuer.Keys.Current, issuer.Keys.State);
        if (issuer.Keys.IsMember && state.LoadedAt is null)
        {
            // Clients can invent members of a template.
            return null;
        }

        return keys.IsEmpty
            ? new StatusNotice(true, $"Issuer {name} has no keys, so its tokens get 503: {state.Error ?? "not loaded yet"}.")
            : state is { Error: { } error, LoadedAt: { } loadedAt } ? new StatusNotice(
                false,
                $"The keys of issuer {name} cannot be refreshed: {error}. Those it has are good for " +
                    $"{Shown.Duration((loadedAt + issuer.Keys.MaxStale - now).TotalSeconds)} more.")
            : null;
    }

    /// <summary>The revocation list first, then its store: a store that is down matters only as far as the list becomes old.</summary>
    /// <param name="redis">Null without a connection to Redis.</param>
    private static void AddRevocations(List<StatusNotice> notices, RevocationList revocations, RedisStatus? redis)
    {
        if (!revocations.IsLoaded)
        {
            notices.Add(
                new StatusNotice(
                    true,
                    $"The revocation list has never been read: {revocations.Error ?? "not yet"}. Each policy decides what that means."));
        }
        else if (revocations.IsStale)
        {
            notices.Add(new StatusNotice(
                true,
                $"The revocation list is older than {revocations.MaxStaleness}: {revocations.Error ?? "no answer"}. Each policy decides " +
                    "what that means. This page rests on the last known list, and /admin changes nothing until the store answers."));
        }
        else if (revocations.Error is { } error)
        {
            notices.Add(
                new StatusNotice(false, $"The revocation list cannot be read: {error}. Revocations that were read stay in effect."));
        }

        if (redis is { IsBreakerOpen: true })
        {
            notices.Add(new StatusNotice(false, "Redis does not respond. The breaker is open: the gateway sends one call per second."));
        }
        else if (redis?.Fault is { } fault)
        {
            notices.Add(new StatusNotice(false, $"Redis: {fault}."));
        }
        else if (redis is { IsConnected: false })
        {
            notices.Add(new StatusNotice(false, "Redis is not connected yet."));
        }
    }
}
