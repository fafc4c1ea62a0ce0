using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gateway.Foundation;
using Gateway.Jose;

namespace Gateway.Issuers;

// Documents that did not come straight from the provider: kept on disk since before the start, or fetched by another replica.
internal sealed partial class KeyRefresher
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    // Below the shortest wait until the next refresh, so that a claim has ended when the next one is due.
    private const double ClaimShare = 0.85;

    // How long another replica may take to fetch before we do. With no keys at all we are less patient.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan PatienceWithoutKeys = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    // By the exact iss: a member of a family comes and goes, an issuer gets another name, and a forgotten key must not come back with it.
    private readonly ConcurrentDictionary<string, ImmutableHashSet<string>> _forgotten = new(StringComparer.Ordinal);

    private readonly Lock _keepGate = new();
    private Task _keeping = Task.CompletedTask;

    /// <summary>How long keys are used before they are refreshed.</summary>
    public static TimeSpan IntervalOf(TimeSpan? lifetime) => lifetime ?? Interval;

    /// <summary>
    /// The refresh in the background: one of the replicas that share loads the keys, the others take what it brought. Whether the keys
    /// are fresh now.
    /// </summary>
    public async Task<bool> RefreshAsync(IssuerKeys keys, CancellationToken cancellationToken)
    {
        if (shared is null || !keys.Source.IsRemote)
        {
            return await LoadAsync(keys);
        }

        var start = time.GetTimestamp();
        try
        {
            if (keys.ForgottenElsewhere == ForgottenKeys.NotAsked)
            {
                await TakeForgottenAsync(keys, cancellationToken);
            }

            while (true)
            {
                var claim = await shared.ClaimAsync(keys.Issuer, IntervalOf(keys.State.Lifetime) * ClaimShare, cancellationToken);
                if (claim == KeyClaim.Theirs)
                {
                    var now = time.GetUtcNow();
                    if (await shared.ReadAsync(keys, now, cancellationToken) is { } stored && now - stored.FetchedAt < IntervalOf(stored.Lifetime) * ClaimShare
                        && Take(keys, stored))
                    {
                        return true;
                    }

                    if (time.GetElapsedTime(start) < (keys.Current.IsEmpty ? PatienceWithoutKeys : Patience))
                    {
                        await Task.Delay(LookAgain, time, cancellationToken);
                        continue;
                    }
                }

                var isLoaded = await LoadAsync(keys);
                if (!isLoaded && claim == KeyClaim.Ours)
                {
                    await shared.ReleaseAsync(keys.Issuer, cancellationToken);
                }

                return isLoaded;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>The names of the issuers whose keys were loaded before the start.</summary>
    public IEnumerable<string> KeptIssuers() => cache?.Issuers() ?? [];

    /// <summary>Takes the document kept on disk into use, before the first request. Whether there is one.</summary>
    public async Task<bool> TakeKeptAsync(IssuerKeys keys, CancellationToken cancellationToken) =>
        cache is not null && keys.Source.IsRemote && await cache.ReadAsync(keys, time.GetUtcNow(), cancellationToken) is { } stored && Take(keys, stored);

    /// <summary>Takes over what other replicas have shared about the issuer.</summary>
    public async Task TakeSharedAsync(IssuerKeys keys, CancellationToken cancellationToken)
    {
        await TakeForgottenAsync(keys, cancellationToken);
        if (shared is not null && keys.Source.IsRemote && await shared.ReadAsync(keys, time.GetUtcNow(), cancellationToken) is { } stored)
        {
            Take(keys, stored);
        }
    }

    /// <summary>Forgets what any replica was told to forget. Until that could be asked once, the keys are not to be relied on.</summary>
    public async Task TakeForgottenAsync(IssuerKeys keys, CancellationToken cancellationToken)
    {
        if (shared is null)
        {
            return;
        }

        var forgotten = await shared.ReadForgottenAsync(keys, ForgottenOf(keys), cancellationToken);
        Forget(keys, forgotten ?? []);
        lock (keys.Gate)
        {
            if (forgotten is not null)
            {
                keys.ForgottenElsewhere = ForgottenKeys.Known;
            }
            else if (keys.ForgottenElsewhere == ForgottenKeys.NotAsked)
            {
                keys.ForgottenElsewhere = ForgottenKeys.Unknown;
                ForgottenUnknown(logger, keys.Issuer);
            }
        }
    }

    /// <summary>
    /// Makes a key verify nothing any more, whatever the issuer publishes: here at once, and with Redis on every replica, also after a
    /// restart. False when the other replicas could not be told.
    /// </summary>
    public Task<bool> ForgetAsync(IssuerKeys keys, string keyId, CancellationToken cancellationToken)
    {
        Forget(keys, [keyId]);
        return shared is null ? Task.FromResult(true) : shared.ForgetAsync(keys, keyId, cancellationToken);
    }

    /// <summary>What is known about a ring that is just coming into being, as those of a family do with a request. Whether keys were kept.</summary>
    private async Task<bool> RememberAsync(IssuerKeys keys)
    {
        Forget(keys, []);
        await TakeForgottenAsync(keys, CancellationToken.None);
        return keys.State.LoadedAt is null && await TakeKeptAsync(keys, CancellationToken.None);
    }

    private ImmutableHashSet<string> ForgottenOf(IssuerKeys keys) => _forgotten.GetValueOrDefault(keys.Identifier, []);

    /// <summary>Forgets these and what is known of the issuer already.</summary>
    private void Forget(IssuerKeys keys, IReadOnlyCollection<string> keyIds)
    {
        if (keyIds.Count > 0)
        {
            _forgotten.AddOrUpdate(keys.Identifier, _ => [.. keyIds], (_, known) => known.Union(keyIds));
        }

        lock (keys.Gate)
        {
            foreach (var keyId in ForgottenOf(keys))
            {
                if (keys.Forget(keyId))
                {
                    KeyForgotten(logger, keys.Issuer);
                }
            }
        }
    }

    /// <summary>Whether the keys are at least as fresh as the document now.</summary>
    private bool Take(IssuerKeys keys, StoredKeys stored)
    {
        var load = KeyLoad.Parse(stored.Document);
        lock (keys.Gate)
        {
            if (keys.State.LoadedAt >= stored.FetchedAt)
            {
                return true;
            }

            if (load.Ring is not { } ring)
            {
                StoredRefused(logger, keys.Issuer, load.Error!);
                return false;
            }

            var isFirst = keys.State.LoadedAt is null;
            Forget(keys, []);
            keys.State = keys.State with { Error = null, LoadedAt = stored.FetchedAt, Lifetime = stored.Lifetime };
            keys.Replace(ring);
            if (isFirst)
            {
                LogSkipped(keys, ring);
                Taken(logger, keys.Issuer, stored.FetchedAt, keys.Current.Keys.Length);
            }

            return true;
        }
    }

    private void LogSkipped(IssuerKeys keys, KeyRing ring)
    {
        foreach (var skipped in ring.Skipped)
        {
            KeySkipped(logger, keys.Issuer, skipped.Key, skipped.Why);
        }
    }

    /// <summary>Keeps and shares what was loaded, after and apart from the load: nobody who waits for keys waits for this.</summary>
    private void Keep_NeedsLock(IssuerKeys keys)
    {
        if ((cache is null && shared is null) || !keys.Source.IsRemote || keys.Fetched?.Document is not { } document)
        {
            return;
        }

        var stored = new StoredKeys(keys.Issuer, keys.Source.Name, keys.State.LoadedAt!.Value, keys.State.Lifetime, document);
        lock (_keepGate)
        {
            var before = _keeping;
            // One after the other, so that an older document never replaces a newer one.
            _keeping = Task.Run(() => KeepAsync(before, stored, keys.MaxStale));
        }
    }

    private async Task KeepAsync(Task before, StoredKeys stored, TimeSpan maxStale)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (cache is not null)
        {
            await cache.WriteAsync(stored);
        }

        if (shared is not null)
        {
            await shared.PublishAsync(stored, IntervalOf(stored.Lifetime) * ClaimShare, maxStale, CancellationToken.None);
        }
    }

    [LoggerMessage(EventIds.ForgottenKeysUnknown, LogLevel.Warning, "Issuer {Issuer}: Redis does not say which keys are forgotten. Until it does, each policy's OnRevocationUnavailable decides about its tokens.")]
    private static partial void ForgottenUnknown(ILogger logger, string issuer);

    [LoggerMessage(EventIds.KeysTaken, LogLevel.Information, "Issuer {Issuer}: took keys fetched at {FetchedAt:u} from the cache or another replica; {Count} are in use.")]
    private static partial void Taken(ILogger logger, string issuer, DateTimeOffset fetchedAt, int count);

    [LoggerMessage(EventIds.StoredKeysRefused, LogLevel.Warning, "Issuer {Issuer}: the keys from the cache or another replica are no use: {Error}.")]
    private static partial void StoredRefused(ILogger logger, string issuer, string error);
}
