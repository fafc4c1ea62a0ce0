using System.Diagnostics.Metrics;
using Gateway.Telemetry;

namespace Gateway.Issuers;

/// <summary>Keeps every issuer's ring fresh in the background, each on its own, so that one dead provider delays no other.</summary>
internal sealed class KeyFollower(
    LiveIssuers live, KeyRefresher refresher, KeyLoader loader, StoredKeyDocuments documents, GatewayMetrics metrics, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    // Reading a file costs a provider nothing, so it is read again within ten seconds, however long it was broken.
    private static readonly TimeSpan LongestFileRetry = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UnconfirmedPatience = TimeSpan.FromSeconds(5);

    // While there are no keys at all every second counts, for as long as an issuer takes to start.
    private const int EagerRetries = 30;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(Issuers.Issuers.Select(issuer => documents.TakeKeptAsync(issuer.Keys, cancellationToken)));
        if (!Issuers.Templates.IsEmpty)
        {
            foreach (var name in documents.KeptIssuers())
            {
                Issuers.RememberMember(name);
            }
        }

        await base.StartAsync(cancellationToken);
    }

    private IssuerDirectory Issuers => live.Current;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.ObserveKeyAge(Ages);
        var followed = new Dictionary<object, CancellationTokenSource>(ReferenceEqualityComparer.Instance);
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = live.NextChange;
            Follow(Issuers, followed, stoppingToken);
            await changed.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Begins with what is new in the configuration and ends with what has left it.</summary>
    private void Follow(IssuerDirectory issuers, Dictionary<object, CancellationTokenSource> followed, CancellationToken stopping)
    {
        foreach (var keys in issuers.Issuers.Select(issuer => issuer.Keys).Where(keys => !followed.ContainsKey(keys)))
        {
            _ = FollowAsync(keys, Begin(keys));
        }

        foreach (var template in issuers.Templates.Where(template => !followed.ContainsKey(template)))
        {
            _ = WatchAsync(template, Begin(template));
        }

        HashSet<object> wanted = [.. issuers.Issuers.Select(issuer => issuer.Keys), .. issuers.Templates];
        foreach (var (gone, following) in followed.Where(pair => !wanted.Contains(pair.Key)).ToArray())
        {
            followed.Remove(gone);
            following.Cancel();
            following.Dispose();
            (gone as IssuerKeys)?.Retire();
            (gone as IssuerTemplate)?.Retire();
        }

        CancellationToken Begin(object subject)
        {
            var following = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            followed.Add(subject, following);
            return following.Token;
        }
    }

    /// <summary>One series for an issuer template, its oldest keys: with a series for each tenant their number has no bound.</summary>
    private IEnumerable<Measurement<double>> Ages() =>
        from issuer in Issuers.Live
        where issuer.Keys.State.LoadedAt is not null
        group (time.GetUtcNow() - issuer.Keys.State.LoadedAt!.Value).TotalSeconds by issuer.Keys.IssuerName into ages
        select new Measurement<double>(ages.Max(), new KeyValuePair<string, object?>("issuer", ages.Key));

    /// <summary>
    /// Refreshes the keys of a template's members from their first token on, and removes members that are idle or have no keys.
    /// </summary>
    private async Task WatchAsync(IssuerTemplate template, CancellationToken stopping)
    {
        var followed = new Dictionary<TemplateMember, CancellationTokenSource>();
        while (!stopping.IsCancellationRequested)
        {
            foreach (var member in template.Members)
            {
                // The request looks once for a value that the provider does not know, and the member is dropped soon: invented values must
                // neither fill the template nor keep the provider busy.
                var isUnused = member.IsConfirmed
                    ? time.GetElapsedTime(member.LastUsed) > template.IdleAfter
                    : time.GetElapsedTime(member.CreatedAt) > UnconfirmedPatience;
                if (isUnused)
                {
                    template.Drop(member);
                }
                else if (member.IsConfirmed && !followed.ContainsKey(member))
                {
                    var following = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                    followed.Add(member, following);
                    _ = FollowAsync(member.Profile.Keys, following.Token);
                }
            }

            var members = template.Members.ToHashSet();
            foreach (var (member, following) in followed.Where(pair => !members.Contains(pair.Key)).ToArray())
            {
                followed.Remove(member);
                await following.CancelAsync();
                following.Dispose();
            }

            await Task.Delay(WatchEvery, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
            // Keys must be confirmed well before they are too old.
            wait = TimeSpan.FromTicks(Math.Min(wait.Ticks, keys.MaxStale.Ticks / 2));
            keys.PlanRefresh(time.GetUtcNow() + wait);
            await Task.Delay(wait, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            loader.ExpireIfStale(keys);
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
        var isEager = keys.Current.IsEmpty;
        if (isEager && failures <= EagerRetries)
        {
            return FirstRetry;
        }

        var doublings = isEager ? failures - EagerRetries : failures - 1;
        var longest = keys.Source.IsRemote ? LongestRetry : LongestFileRetry;
        var wait = Sooner(TimeSpan.FromTicks(Math.Min(FirstRetry.Ticks << Math.Min(doublings, 6), longest.Ticks)));
        // Not past the moment at which the keys become too old.
        var left = keys.State.LoadedAt is { } loadedAt && !keys.Current.IsEmpty ? loadedAt + keys.MaxStale - time.GetUtcNow() : wait;
        return left < wait && left > TimeSpan.Zero ? left : wait;
    }
}
