using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gateway.Foundation;

namespace Gateway.Issuers;

/// <summary>
/// The keys that an administrator has told the gateway to forget. They verify no token, even while the issuer publishes them. With Redis
/// all replicas share the list.
/// </summary>
internal sealed partial class ForgottenKeyList(ILogger<ForgottenKeyList> logger, SharedKeys? shared = null)
{
    // Keyed by the exact iss: a forgotten key must not return when an issuer of a template is evicted and created again, or when an issuer
    // is renamed.
    private readonly ConcurrentDictionary<string, ImmutableHashSet<string>> _forgotten = new(StringComparer.Ordinal);

    /// <summary>
    /// Applies the keys that any replica was told to forget. Until the shared list was read once, the issuer's keys must not be trusted.
    /// </summary>
    public async Task TakeSharedAsync(IssuerKeys keys, CancellationToken cancellationToken)
    {
        if (shared is null)
        {
            return;
        }

        var forgotten = await shared.ReadForgottenAsync(keys, Of(keys), cancellationToken);
        Add(keys, forgotten ?? []);
        if (keys.MarkForgottenElsewhere(isRead: forgotten is not null))
        {
            NotReadable(logger, keys.Issuer);
        }
    }

    /// <summary>
    /// Forgets a key here at once, and with Redis on every replica, also after a restart. False when the key could not be written for the
    /// other replicas.
    /// </summary>
    public Task<bool> ForgetAsync(IssuerKeys keys, string keyId, CancellationToken cancellationToken)
    {
        Add(keys, [keyId]);
        return shared is null ? Task.FromResult(true) : shared.ForgetAsync(keys, keyId, cancellationToken);
    }

    /// <summary>Removes the keys on the list from the issuer's ring.</summary>
    public void Apply(IssuerKeys keys)
    {
        foreach (var keyId in Of(keys))
        {
            if (keys.Forget(keyId))
            {
                Forgotten(logger, keys.Issuer);
            }
        }
    }

    private void Add(IssuerKeys keys, IReadOnlyCollection<string> keyIds)
    {
        if (keyIds.Count > 0)
        {
            _forgotten.AddOrUpdate(keys.Identifier, _ => [.. keyIds], (_, known) => known.Union(keyIds));
        }

        Apply(keys);
    }

    private ImmutableHashSet<string> Of(IssuerKeys keys) => _forgotten.GetValueOrDefault(keys.Identifier, []);

    [LoggerMessage(
        EventIds.KeyForgotten, LogLevel.Warning,
        "Issuer {Issuer}: an administrator has removed a key; tokens that it signed are rejected from now on.")]
    private static partial void Forgotten(ILogger logger, string issuer);

    [LoggerMessage(
        EventIds.ForgottenKeysUnknown, LogLevel.Warning,
        "Issuer {Issuer}: the list of forgotten keys cannot be read from Redis. Until it can, each policy's OnRevocationUnavailable " +
            "decides about tokens of the issuer.")]
    private static partial void NotReadable(ILogger logger, string issuer);
}
