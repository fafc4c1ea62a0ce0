using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Gateway.Jose;

/// <summary>A key of a set that cannot be used, and the reason. It contains no key material.</summary>
internal readonly record struct SkippedKey(string Key, string Why);

/// <summary>
/// The verification keys of an issuer at one moment. It is immutable and replaced as a whole. A token is verified with the keys that have
/// its <c>kid</c>, or, without <c>kid</c>, with the only key that fits its algorithm. Therefore a token causes at most
/// <see cref="MostChoices"/> verifications.
/// </summary>
internal sealed class KeyRing
{
    public static readonly KeyRing Empty = new([], []);

    /// <summary>The most keys with one <c>kid</c> that are tried.</summary>
    private const int MostChoices = 4;

    private readonly FrozenDictionary<string, ImmutableArray<VerificationKey>> _byKeyId;

    public KeyRing(ImmutableArray<VerificationKey> keys, ImmutableArray<SkippedKey> skipped)
    {
        Keys = keys;
        Skipped = skipped;
        _byKeyId = keys.Where(key => key.KeyId is not null)
            .GroupBy(key => key.KeyId!, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.ToImmutableArray(), StringComparer.Ordinal);
    }

    public ImmutableArray<VerificationKey> Keys { get; }

    public ImmutableArray<SkippedKey> Skipped { get; }

    public bool IsEmpty => Keys.IsEmpty;

    /// <summary>
    /// The key for a token, or null. Among keys with the same <c>kid</c>, the algorithm selects; if several fit, the first four are tried
    /// in turn (RFC 7517 section 4.5 leaves the choice to the application).
    /// </summary>
    public VerificationKey? Find(string? keyId, AlgorithmTraits algorithm)
    {
        var candidates = Keys;
        // A configured secret has no id, so it matches every `kid`.
        if (keyId is not null && !_byKeyId.TryGetValue(keyId, out candidates) && Keys is not [{ IsSecret: true }])
        {
            return null;
        }

        candidates = candidates.IsDefault ? Keys : candidates;

        VerificationKey? found = null;
        List<VerificationKey>? several = null;
        foreach (var key in candidates)
        {
            // The same key may be published under two ids, or twice; it is one choice.
            if (!key.Fits(algorithm) || (found is not null && key.IsSameAs(found)))
            {
                continue;
            }

            if (found is null)
            {
                found = key;
            }
            // Without an id, several keys that fit are not tried in turn: a token would cost one verification for each key of the issuer.
            else if (keyId is null)
            {
                return null;
            }
            else if ((several ??= [found]).Count < MostChoices && !several.Exists(key.IsSameAs))
            {
                several.Add(key);
            }
        }

        return several is null ? found : VerificationKey.AnyOf([.. several]);
    }
}
