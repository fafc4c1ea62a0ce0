using Gateway.Foundation;

namespace Gateway.Issuers;

/// <summary>
/// Key documents outside the process: stored on disk for the next start, shared with other replicas through Redis. Applies stored documents
/// to a ring, and writes loaded ones.
/// </summary>
/// <param name="cache">Where documents are kept for the next start; null when they are not.</param>
/// <param name="shared">Where documents are shared with other replicas; null when they are not.</param>
internal sealed partial class StoredKeyDocuments(
    ForgottenKeyList forgotten, TimeProvider time, ILogger<StoredKeyDocuments> logger, KeyCache? cache = null, SharedKeys? shared = null)
{
    private readonly Lock _keepGate = new();
    private Task _keeping = Task.CompletedTask;

    /// <summary>The names of the issuers whose keys were loaded before the start.</summary>
    public IEnumerable<string> KeptIssuers() => cache?.Issuers() ?? [];

    /// <summary>Applies the document on disk, before the first request. Returns whether there is one.</summary>
    public async Task<bool> TakeKeptAsync(IssuerKeys keys, CancellationToken cancellationToken) =>
        cache is not null
            && keys.Source.IsRemote
            && await cache.ReadAsync(keys, time.GetUtcNow(), cancellationToken) is { } stored
            && Take(keys, stored);

    /// <summary>Applies the document that another replica has shared, if it can be used.</summary>
    /// <param name="maxAge">How old it may be; null for the issuer's <see cref="IssuerKeys.MaxStale"/>.</param>
    /// <returns>True when the keys are at least as fresh as that document now.</returns>
    public async Task<bool> TakeSharedAsync(IssuerKeys keys, Func<TimeSpan?, TimeSpan>? maxAge, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return shared is not null && keys.Source.IsRemote
            && await shared.ReadAsync(keys, now, cancellationToken) is { } stored
            && (maxAge is null || now - stored.FetchedAt < maxAge(stored.Lifetime))
            && Take(keys, stored);
    }

    /// <summary>
    /// Stores and shares a loaded document in the background: requests that wait for keys do not wait for this. Called before the load
    /// ends, so that calls for one issuer do not overlap.
    /// </summary>
    public void Keep(IssuerKeys keys, DateTimeOffset fetchedAt, TimeSpan? lifetime)
    {
        if ((cache is null && shared is null) || !keys.Source.IsRemote || keys.Fetched?.Document is not { } document)
        {
            return;
        }

        var stored = new StoredKeys(keys.Issuer, keys.Source.Name, fetchedAt, lifetime, document);
        lock (_keepGate)
        {
            var before = _keeping;
            // Documents are written one after the other, so that an older one never replaces a newer one.
            _keeping = Task.Run(() => KeepAsync(before, stored, keys.MaxStale));
        }
    }

    private bool Take(IssuerKeys keys, StoredKeys stored)
    {
        if (keys.State.LoadedAt >= stored.FetchedAt)
        {
            return true;
        }

        var load = KeyLoad.Parse(stored.Document);
        if (load.Ring is not { } ring)
        {
            Rejected(logger, keys.Issuer, load.Error!);
            return false;
        }

        forgotten.Apply(keys);
        if (keys.Apply(ring, stored.FetchedAt, stored.Lifetime))
        {
            SkippedKeys.Log(logger, keys.Issuer, ring);
            Taken(logger, keys.Issuer, stored.FetchedAt, keys.Current.Keys.Length);
        }

        return true;
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
            await shared.PublishAsync(stored, KeyRefresher.ClaimTimeOf(stored.Lifetime), maxStale, CancellationToken.None);
        }
    }

    [LoggerMessage(
        EventIds.KeysTaken, LogLevel.Information,
        "Issuer {Issuer}: loaded keys that were fetched at {FetchedAt:u} from the cache or another replica; {Count} are in use.")]
    private static partial void Taken(ILogger logger, string issuer, DateTimeOffset fetchedAt, int count);

    [LoggerMessage(
        EventIds.StoredKeysRejected, LogLevel.Warning,
        "Issuer {Issuer}: the keys from the cache or another replica cannot be used: {Error}.")]
    private static partial void Rejected(ILogger logger, string issuer, string error);
}
