using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Tokens;

namespace Gateway.Explanation;

/// <summary>Key and signature in words. Neither is ever shown.</summary>
internal static class KeyText
{
    /// <summary>Which key of the issuer the token names. Only ids and algorithms of keys are shown.</summary>
    public static CheckText OfKey(scoped in TokenInspection token, RejectionReason? reason)
    {
        var issuer = token.Issuer!;
        var ring = token.Ring!;
        var algorithm = token.Algorithm!.Algorithm;
        var source = Shown.Text(issuer.Keys.Source.Name);
        var expected = $"a key for {algorithm} of issuer \"{issuer.Name}\", from {source}";
        if (reason == RejectionReason.KeysUnavailable)
        {
            return new(
                expected, issuer.Keys.State.Error is { } error ? $"no keys: {error}" : "no keys have been loaded",
                "Make the issuer's keys reachable from here: address, DNS, network policy, certificate.");
        }

        var keyId = token.Header.KeyId;
        // Of each key the algorithms that the issuer may use: a key alone may verify more.
        var keys = ring.Keys.Select(key =>
            $"{key.KeyId ?? "without kid"} ({string.Join("/", key.Algorithms.Intersect(issuer.Algorithms))})");
        var found = $"kid {Shown.Text(keyId)} among the keys {Shown.List(keys)}";
        if (reason is null)
        {
            return new(expected, token.Key!.KeyId is null ? "the one key that fits" : $"kid {Shown.Text(token.Key.KeyId)}");
        }

        return new(expected, found, (keyId, ring.Keys.Any(key => key.KeyId == keyId)) switch
        {
            (null, _) => "Have the issuer put `kid` into the header: without it, one key alone may fit the algorithm.",
            (_, true) => "There is such a key, but not for this algorithm: look at `kty`, `crv` and `alg` in the issuer's JWK Set.",
            _ =>
                $"The key has left the JWK Set (get a new token), is not there yet (POST /admin/issuers/{issuer.Keys.Issuer}/refresh), " +
                    "or belongs to another environment of the issuer.",
        });
    }

    /// <summary>Whether the key verifies the signature.</summary>
    public static CheckText OfSignature(scoped in TokenInspection token, bool isSigned) => new(
        $"the signature verifies with " +
            $"{(token.Header.KeyId is { } keyId && !token.Key!.IsSecret ? $"key {Shown.Text(keyId)}" : "the key")} and " +
            $"{token.Algorithm!.Algorithm}",
        isSigned ? "it does" : "it does not",
        "The token was changed after it was signed, cut, or signed with another key of the same kid: get a new one from the issuer itself. "
        + "After a change of keys or secrets, see that both sides have the same.");

    /// <summary>A key that is missing on this machine alone says nothing about the token.</summary>
    public static CheckText OfAbsentKey(IssuerKeys keys) => new(
        $"a key from {Shown.Text(keys.Source.Name)}",
        keys.State.LoadedAt is { } loadedAt
            ? $"not among the keys kept on {Shown.Date(loadedAt.ToUnixTimeSeconds())}"
            : "no keys on this machine",
        "Run again with --fetch to ask the issuer, or on a machine with the gateway's Gateway:Keys:CacheDirectory.");
}
