using System.Diagnostics.Metrics;
using Gateway.Explanation;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Jose.Encryption;
using Gateway.Revocation;
using Gateway.Runtime;
using Gateway.Telemetry;
using Gateway.Tokens.Decryption;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Commands;

/// <summary>What an explanation needs from outside: the keys of the token's issuer, and the revocations.</summary>
internal static class ExplainSources
{
    /// <summary>From files, and from the gateway's cache; from the issuer itself only when asked to.</summary>
    public static async Task LoadKeysAsync(
        IssuerDirectory issuers, string? cacheDirectory, string token, bool isFetching, CancellationToken cancellationToken)
    {
        if (!issuers.Decryptions.IsEmpty && EncryptedToken.Is(token))
        {
            token = TokenDecryption.Decrypt(token, issuers).Signed.ToString();
        }

        // The claims are not verified. They select which issuer's keys are loaded, and nothing else.
        if (!TokenParts.TryRead(token, out _, out var claims, out _)
            || !issuers.TryFind(KnownClaims.Of(claims), TimeProvider.System, out var issuer, out _))
        {
            return;
        }

        var cache = cacheDirectory is not null ? new KeyCache(cacheDirectory, NullLogger<KeyCache>.Instance) : null;
        await using var provider = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var metrics = new GatewayMetrics(provider.GetRequiredService<IMeterFactory>(), TimeProvider.System);
        var forgotten = new ForgottenKeyList(NullLogger<ForgottenKeyList>.Instance);
        // The kept documents first: if the issuer does not respond afterwards, the keys of the last fetch are still there.
        await Documents(cache).TakeKeptAsync(issuer!.Keys, cancellationToken);
        if (isFetching || !issuer.Keys.Source.IsRemote)
        {
            // Without the cache: it is the gateway's to write.
            await new KeyLoader(
                Documents(null), forgotten, TimeProvider.System, metrics, NullLogger<KeyLoader>.Instance).LoadAsync(issuer.Keys);
        }

        StoredKeyDocuments Documents(KeyCache? kept) => new(forgotten, TimeProvider.System, NullLogger<StoredKeyDocuments>.Instance, kept);
    }

    /// <summary>
    /// The store as it is now, when it is a file here or reading it was asked for. Redis is read only on request: by default, an
    /// explanation sends nothing over the network.
    /// </summary>
    public static async Task<RevocationAnswers> ReadRevocationsAsync(
        GatewaySettings settings, bool isAsked, CancellationToken cancellationToken)
    {
        switch (settings.Store.Kind)
        {
            case RevocationStore.Memory:
                return new RevocationAnswers(null, "the Memory store is inside the gateway's process: ask POST /admin/explain there");
            case RevocationStore.Sqlite when !File.Exists(settings.Store.SqlitePath):
                return new RevocationAnswers(null, "there is no store on this machine yet");
            case RevocationStore.Redis when !isAsked:
                return new RevocationAnswers(null, "run again with --revocations to read the store");
        }

        var log = RevocationStoreAccess.LogOf(settings.Store);
        var set = new RevocationSet();
        RevocationPage page = default;
        do
        {
            page = await log.ReadAfterAsync(page.Position, cancellationToken);
            set.Apply(page.Entries);
        }
        while (!page.IsLast);
        // Expired entries may still be in the log. A replica forgets them too, so they must not count here.
        set.ForgetExpired(TimeProvider.System.GetUtcNow());
        return new RevocationAnswers(
            token => set.IsRevoked(token) ? RevocationStatus.Revoked : RevocationStatus.NotRevoked,
            $"the {settings.Store.Kind} store");
    }
}
