using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gateway.Foundation;

namespace Gateway.Issuers;

/// <summary>
/// The keys that an administrator had forgotten: they verify nothing any more, whatever the issuer publishes. With Redis the list is that
/// of all replicas.
/// </summary>
internal sealed partial class ForgottenKeyList(ILogger<ForgottenKeyList> logger, SharedKeys? shared = null)
{
    // By the exact iss: a member of a template comes and goes, an issuer gets another name, and a forgotten key must not return with it.
    private readonly ConcurrentDictionary<string, ImmutableHashSet<string>> _forgotten = new(StringComparer.Ordinal);

    /// <summary>Forgets what any replica was told to forget. Until that could be read once, the keys are not to be relied on.</summary>
    public async Task TakeSharedAsync(IssuerKeys keys, CancellationToken cancellationToken)
    {
        if (shared is null)
        {
            return;
        }

        var forgotten = await shared.ReadForgottenAsync(keys, Of(keys), cancellationToken);
        Add(keys, forgotten ?? []);
        lock (keys.Gate)
        {
            if (forgotten is not null)
            {
                keys.ForgottenElsewhere = ForgottenKeys.Known;
            }
            else if (keys.ForgottenElsewhere == ForgottenKeys.NotAsked)
            {
                keys.ForgottenElsewhere = ForgottenKeys.Unknown;
                NotReadable(logger, keys.Issuer);
            }
        }
    }

    /// <summary>
    /// Forgets a key here at once, and with Redis on every replica, also after a restart. False when the other replicas could not be told.
    /// </summary>
    public Task<bool> ForgetAsync(IssuerKeys keys, string keyId, CancellationToken cancellationToken)
    {
        Add(keys, [keyId]);
        return shared is null ? Task.FromResult(true) : shared.ForgetAsync(keys, keyId, cancellationToken);
    }

    /// <summary>Removes the keys on the list from the issuer's ring.</summary>
    public void Apply(IssuerKeys keys)
    {
        lock (keys.Gate)
        {
            foreach (var keyId in Of(keys))
            {
                if (keys.Forget(keyId))
                {
                    Forgotten(logger, keys.Issuer);
                }
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

    [LoggerMessage(EventIds.KeyForgotten, LogLevel.Warning, "Issuer {Issuer}: an administrator had a key forgotten; its tokens are refused from now on.")]
    private static partial void Forgotten(ILogger logger, string issuer);

    [LoggerMessage(EventIds.ForgottenKeysUnknown, LogLevel.Warning, "Issuer {Issuer}: Redis does not say which keys are forgotten. Until it does, each policy's OnRevocationUnavailable decides about its tokens.")]
    private static partial void NotReadable(ILogger logger, string issuer);
}
