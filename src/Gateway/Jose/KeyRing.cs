using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Gateway.Jose;

/// <summary>A key of a set that cannot be used, and why. Never carries key material.</summary>
internal readonly record struct SkippedKey(string Key, string Why);

/// <summary>
/// An issuer's verification keys at one moment: immutable, swapped whole. A token is checked with the key that it names, or with the few that
/// share that <c>kid</c>; without <c>kid</c> only when exactly one key fits its algorithm. So no token costs more than
/// <see cref="MostChoices"/> verifications.
/// </summary>
internal sealed class KeyRing
{
    public static readonly KeyRing Empty = new([], []);

    /// <summary>How many keys of one <c>kid</c> are tried.</summary>
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
    /// The key for a token, or null. Where keys share a <c>kid</c>, the algorithm chooses; where it cannot, the first four are tried in turn
    /// (RFC 7517 section 4.5 leaves the choice to us).
    /// </summary>
    public VerificationKey? Find(string? keyId, AlgorithmTraits algorithm)
    {
        var candidates = Keys;
        // A secret has no id of its own, so every `kid` of a token matches it.
        if (keyId is not null && !_byKeyId.TryGetValue(keyId, out candidates) && Keys is not [{ IsSecret: true }])
        {
            return null;
        }

        candidates = candidates.IsDefault ? Keys : candidates;

        VerificationKey? found = null;
        List<VerificationKey>? several = null;
        foreach (var key in candidates)
        {
            if (!key.Fits(algorithm) || (found is not null && key.IsSameAs(found)))
            {
                continue;
            }

            if (found is null)
            {
                found = key;
            }
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
