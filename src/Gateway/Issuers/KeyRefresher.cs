using System.Diagnostics;
using Gateway.Foundation;
using Gateway.Jose;
using Gateway.Telemetry;

namespace Gateway.Issuers;

/// <summary>What asking for an unknown key came to.</summary>
internal enum SeekResult
{
    /// <summary>The keys have just been loaded; look again.</summary>
    Loaded,

    /// <summary>They were loaded a moment ago, and the key was not among them.</summary>
    Unknown,

    /// <summary>They could not be loaded, so whether the key exists is not known.</summary>
    Unavailable,
}

/// <summary>
/// Loads keys: in the background for everybody, and at once for the requests that bring a key id nobody knows. One load runs at a
/// time for an issuer and everybody waits for that one; requests can start one each <see cref="SeekEvery"/>, whatever key ids they
/// bring, so that a flood of invented ones costs the provider two loads a minute. A load that fails leaves the ring as it is.
/// </summary>
/// <param name="cache">Where documents are kept for the next start; null when they are not.</param>
/// <param name="shared">Where documents are shared with other replicas; null when they are not.</param>
internal sealed partial class KeyRefresher(
    TimeProvider time, GatewayMetrics metrics, ILogger<KeyRefresher> logger, KeyCache? cache = null, SharedKeys? shared = null)
{
    public static readonly TimeSpan SeekEvery = TimeSpan.FromSeconds(30);

    // A load may take three fetches of 5 s each (two places for metadata, and the keys); no request waits for it longer than this.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private const int MostWaiters = 1000;

    // One load may have ended since a token's first look, and the next may have begun before its key was published.
    private const int MostSearches = 3;

    /// <summary>Loads the keys, or joins the load under way. Whether it succeeded.</summary>
    public Task<bool> LoadAsync(IssuerKeys keys)
    {
        lock (keys.Gate)
        {
            return keys.Loading ?? StartLoading_NeedsLock(keys);
        }
    }

    /// <summary>One more search for a token's key. Null to look in the ring again, or the reason to refuse the token.</summary>
    /// <param name="search">How many searches there were for this token already.</param>
    public async ValueTask<RefusalReason?> SearchAsync(IssuerKeys keys, KeyRing? lookedInto, int search, CancellationToken cancellationToken) =>
        (search == MostSearches ? SeekResult.Unknown : await SeekAsync(keys, lookedInto, cancellationToken)) switch
        {
            SeekResult.Loaded => null,
            SeekResult.Unknown => RefusalReason.UnknownKey,
            _ => RefusalReason.KeysUnavailable,
        };

    /// <summary>Looks for a key that the ring does not have. Callers look in the ring again after <see cref="SeekResult.Loaded"/>.</summary>
    /// <param name="lookedInto">The ring that did not have the key. When there is another by now, that one is the answer.</param>
    public async Task<SeekResult> SeekAsync(IssuerKeys keys, KeyRing? lookedInto, CancellationToken cancellationToken)
    {
        Task<bool> loading;
        lock (keys.Gate)
        {
            if (!ReferenceEquals(lookedInto, keys.Current))
            {
                return SeekResult.Loaded;
            }

            // Without any key and with a provider that fails, the background tries each second; nobody waits for it in line.
            if (keys.Waiters >= MostWaiters || (keys.Current.IsEmpty && keys.State.Error is not null))
            {
                return SeekResult.Unavailable;
            }

            if (keys.Loading is { } running)
            {
                loading = running;
            }
            else if (keys.LastSeek is { } last && time.GetElapsedTime(last) < SeekEvery)
            {
                return keys.State.Error is null ? SeekResult.Unknown : SeekResult.Unavailable;
            }
            else
            {
                // The first load of all is nobody's search: it must not stand in the way of one for a key that is new.
                keys.LastSeek = keys.State.LoadedAt is null ? null : time.GetTimestamp();
                loading = StartLoading_NeedsLock(keys);
            }

            keys.Waiters++;
        }

        try
        {
            return await loading.WaitAsync(LongestWait, time, cancellationToken) ? SeekResult.Loaded : SeekResult.Unavailable;
        }
        catch (TimeoutException)
        {
            return SeekResult.Unavailable;
        }
        finally
        {
            lock (keys.Gate)
            {
                keys.Waiters--;
            }
        }
    }

    private Task<bool> StartLoading_NeedsLock(IssuerKeys keys)
    {
        // On the pool, so that the lock is not held while the source starts its work.
        var loading = Task.Run(() => LoadOnceAsync(keys));
        keys.Loading = loading;
        return loading;
    }

    private async Task<bool> LoadOnceAsync(IssuerKeys keys)
    {
        using var span = RequestSpan.StartKeyRefresh(keys.Family);
        // At the first load only, and while the provider is asked.
        var remembering = keys.Fetched is null ? RememberAsync(keys) : Task.FromResult(false);
        KeyLoad load;
        try
        {
            load = await keys.Source.LoadAsync(CancellationToken.None);
        }
#pragma warning disable CA1031 // A source answers with values; should one throw after all, the issuer's keys must not be lost to it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            load = KeyLoad.Failed($"it failed in an unforeseen way: {fault.GetType().Name}");
        }

        var isKept = await remembering;
        lock (keys.Gate)
        {
            keys.Loading = null;
            Apply(keys, load);
            if (load.IsSuccess)
            {
                Keep_NeedsLock(keys);
            }
        }

        metrics.KeysRefreshed(keys.Family, load.IsSuccess);
        span?.SetStatus(load.IsSuccess ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
        return load.IsSuccess || isKept;
    }

    private void Apply(IssuerKeys keys, KeyLoad load)
    {
        var before = keys.State;
        if (!load.IsSuccess)
        {
            keys.State = before with { Error = load.Error };
            if (before.Error is null)
            {
                RefreshFailed(logger, keys.Issuer, keys.Source.Name, load.Error!);
            }

            return;
        }

        keys.State = before with { Error = null, LoadedAt = time.GetUtcNow(), Lifetime = load.RefreshIn };
        if (load.Ring is { } ring)
        {
            keys.Fetched = load;
            keys.Replace(ring);
            LogSkipped(keys, ring);
        }
        else if (keys.Fetched is { Ring: { } unchanged })
        {
            keys.Replace(unchanged);
        }

        if (before.Error is not null || before.LoadedAt is null)
        {
            Loaded(logger, keys.Issuer, keys.Source.Name, keys.Current.Keys.Length);
        }
    }

    /// <summary>Drops keys that have not been confirmed for <see cref="IssuerKeys.MaxStale"/>.</summary>
    public void ExpireIfStale(IssuerKeys keys)
    {
        lock (keys.Gate)
        {
            if (!keys.Current.IsEmpty && keys.State.LoadedAt is { } loadedAt && time.GetUtcNow() - loadedAt >= keys.MaxStale)
            {
                keys.Expire();
                Expired(logger, keys.Issuer, keys.MaxStale);
            }
        }
    }

    [LoggerMessage(EventIds.KeysRefreshed, LogLevel.Information, "Issuer {Issuer}: loaded keys from {Source}; {Count} are in use.")]
    private static partial void Loaded(ILogger logger, string issuer, string source, int count);

    [LoggerMessage(EventIds.KeysNotRefreshed, LogLevel.Warning, "Issuer {Issuer}: cannot load keys from {Source}: {Error}. The keys loaded before stay in use.")]
    private static partial void RefreshFailed(ILogger logger, string issuer, string source, string error);

    [LoggerMessage(EventIds.KeySkipped, LogLevel.Warning, "Issuer {Issuer}: {Key} {Why}; it is skipped.")]
    private static partial void KeySkipped(ILogger logger, string issuer, string key, string why);

    [LoggerMessage(EventIds.KeyForgotten, LogLevel.Warning, "Issuer {Issuer}: an administrator had a key forgotten; its tokens are refused from now on.")]
    private static partial void KeyForgotten(ILogger logger, string issuer);

    [LoggerMessage(EventIds.KeysExpired, LogLevel.Error, "Issuer {Issuer}: the keys could not be refreshed for {MaxStale} and are no longer used; its tokens get 503 until they can.")]
    private static partial void Expired(ILogger logger, string issuer, TimeSpan maxStale);
}
