using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Gateway.Foundation;

namespace Gateway.Jose;

/// <summary>
/// Reads a JWK Set (RFC 7517 section 5) into a key ring. An unusable key is skipped with a reason and does not affect the others. A
/// document without a usable key is an error, so that it cannot replace a good ring.
/// </summary>
internal static class JsonWebKeySet
{
    // Providers publish a handful. A set of thousands would take memory, and time for each search of a key without an id.
    private const int MaxKeys = 100;

    /// <param name="error">Why the set is not used. It may name key ids but contains no key material.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out KeyRing? ring, [NotNullWhen(false)] out string? error)
    {
        ring = null;
        if (!StrictJson.TryParseObject(utf8, out var document))
        {
            error = "it is not a strict JSON object";
            return false;
        }

        if (!document.TryGetProperty("keys"u8, out var members) || members.ValueKind != JsonValueKind.Array)
        {
            error = "it has no `keys` array (RFC 7517 section 5)";
            return false;
        }

        if (members.GetArrayLength() > MaxKeys)
        {
            error = $"it has more than {MaxKeys} keys";
            return false;
        }

        var keys = ImmutableArray.CreateBuilder<VerificationKey>();
        var skipped = ImmutableArray.CreateBuilder<SkippedKey>();
        foreach (var member in members.EnumerateArray())
        {
            if (JsonWebKey.TryRead(member, out var key, out var why))
            {
                // Some providers list a key once for each use or certificate; duplicates are dropped.
                if (!keys.Any(key.IsDuplicateOf))
                {
                    keys.Add(key);
                }
            }
            else
            {
                skipped.Add(new SkippedKey(JsonWebKey.NameOf(member), why));
            }
        }

        if (keys.Count == 0)
        {
            error = skipped.Count == 0
                ? "it lists no keys"
                : $"none of its keys can be used: {string.Join("; ", skipped.Select(key => $"{key.Key} {key.Why}"))}";
            return false;
        }

        error = null;
        ring = new KeyRing(keys.ToImmutable(), skipped.ToImmutable());
        return true;
    }
}
