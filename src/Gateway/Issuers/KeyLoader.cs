using System.Diagnostics;
using Gateway.Foundation;
using Gateway.Jose;
using Gateway.Telemetry;

namespace Gateway.Issuers;

/// <summary>
/// Loads keys from an issuer's source. One load runs at a time for an issuer, and all callers wait for that one. A load that fails leaves
/// the ring as it is.
/// </summary>
internal sealed partial class KeyLoader(
    StoredKeyDocuments documents, ForgottenKeyList forgotten, TimeProvider time, GatewayMetrics metrics, ILogger<KeyLoader> logger)
{
    /// <summary>Loads the keys, or joins the load under way. Returns whether it succeeded.</summary>
    public Task<bool> LoadAsync(IssuerKeys keys) => keys.Loads.Join(() => LoadOnceAsync(keys));

    /// <inheritdoc cref="KeyLoads.Await"/>
    public Task? AwaitFor(IssuerKeys keys, WantedKey wanted, long begunBefore, TimeSpan left, CancellationToken cancellationToken) =>
        keys.Loads.Await(keys, wanted, begunBefore, left, () => LoadOnceAsync(keys), time, cancellationToken);

    /// <summary>Drops keys that have not been confirmed for <see cref="IssuerKeys.MaxStale"/>.</summary>
    public void ExpireIfStale(IssuerKeys keys)
    {
        if (keys.ExpireIfStale(time.GetUtcNow()))
        {
            Expired(logger, keys.Issuer, keys.MaxStale);
        }
    }

    private async Task<bool> LoadOnceAsync(IssuerKeys keys)
    {
        using var span = RequestSpan.StartKeyRefresh(keys.IssuerName);
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
        var now = time.GetUtcNow();
        Apply(keys, load, now);
        if (load.IsSuccess)
        {
            documents.Keep(keys, now, load.RefreshIn);
        }

        metrics.KeysRefreshed(keys.IssuerName, load.IsSuccess);
        span?.SetStatus(load.IsSuccess ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
        return load.IsSuccess || isKept;
    }

    /// <summary>
    /// Applies stored state to a new ring, such as the ring of an issuer of a template, which a request creates. Returns whether a stored
    /// document was used.
    /// </summary>
    private async Task<bool> RememberAsync(IssuerKeys keys)
    {
        forgotten.Apply(keys);
        await forgotten.TakeSharedAsync(keys, CancellationToken.None);
        return keys.State.LoadedAt is null && await documents.TakeKeptAsync(keys, CancellationToken.None);
    }

    private void Apply(IssuerKeys keys, KeyLoad load, DateTimeOffset now)
    {
        var before = keys.Apply(load, now);
        if (!load.IsSuccess)
        {
            if (before.Error is null)
            {
                var effect = before.LoadedAt is null
                    ? "No keys have been loaded yet; without keys its tokens get 503."
                    : "The keys loaded before stay in use.";
                LoadFailed(logger, keys.Issuer, keys.Source.Name, load.Error!, effect);
            }

            return;
        }

        if (load.Ring is { } ring)
        {
            SkippedKeys.Log(logger, keys.Issuer, ring);
        }

        if (before.Error is not null || before.LoadedAt is null)
        {
            Loaded(logger, keys.Issuer, keys.Source.Name, keys.Current.Keys.Length);
        }
    }

    [LoggerMessage(EventIds.KeysRefreshed, LogLevel.Information, "Issuer {Issuer}: loaded keys from {Source}; {Count} are in use.")]
    private static partial void Loaded(ILogger logger, string issuer, string source, int count);

    [LoggerMessage(
        EventIds.KeysNotRefreshed, LogLevel.Warning,
        "Issuer {Issuer}: cannot load keys from {Source}: {Error}. {Effect}")]
    private static partial void LoadFailed(ILogger logger, string issuer, string source, string error, string effect);

    [LoggerMessage(
        EventIds.KeysExpired, LogLevel.Error,
        "Issuer {Issuer}: the keys could not be refreshed for {MaxStale} and are no longer used; its tokens get 503 until they can.")]
    private static partial void Expired(ILogger logger, string issuer, TimeSpan maxStale);
}

/// <summary>Logs the keys of a document that the gateway cannot use.</summary>
internal static partial class SkippedKeys
{
    public static void Log(ILogger logger, string issuer, KeyRing ring)
    {
        foreach (var skipped in ring.Skipped)
        {
            Skipped(logger, issuer, skipped.Key, skipped.Why);
        }
    }

    [LoggerMessage(EventIds.KeySkipped, LogLevel.Warning, "Issuer {Issuer}: {Key} {Why}; it is skipped.")]
    private static partial void Skipped(ILogger logger, string issuer, string key, string why);
}
