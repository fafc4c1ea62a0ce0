using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Gateway.Foundation;

namespace Gateway.Jose.Encryption;

/// <summary>
/// Our private keys of one file, a JWK Set (RFC 7517 section 5). The file is the operator's own, so one key that cannot be used makes the
/// whole of it an error. No error shows key material.
/// </summary>
internal sealed class DecryptionKeySet(ImmutableArray<DecryptionKey> keys)
{
    private const int MaxKeys = 20;
    private const int MinRsaBits = 2048; // RFC 7518 section 4.3
    private const int MaxRsaBits = 8192; // beyond it one decryption costs a tenth of a second

    public static readonly DecryptionKeySet Empty = new([]);

    public ImmutableArray<DecryptionKey> Keys => keys;

    /// <returns>Null with what is wrong, in words that fit "this file cannot be used: ...".</returns>
    public static DecryptionKeySet? Parse(ReadOnlySpan<byte> utf8, out string? error)
    {
        if (!StrictJson.TryParseObject(utf8, out var document)
            || !document.TryGetProperty("keys"u8, out var members)
            || members.ValueKind != JsonValueKind.Array)
        {
            error = "it is not a JWK Set: a JSON object with an array `keys` (RFC 7517 section 5)";
            return null;
        }

        if (members.GetArrayLength() is 0 or > MaxKeys)
        {
            error = $"it has {members.GetArrayLength()} keys; 1 to {MaxKeys} are accepted";
            return null;
        }

        var read = ImmutableArray.CreateBuilder<DecryptionKey>();
        foreach (var member in members.EnumerateArray())
        {
            var key = Read(member, out var why);
            if (key is null)
            {
                error = $"{JsonWebKey.NameOf(member)} {why}";
                return null;
            }

            read.Add(key);
        }

        error = null;
        return new DecryptionKeySet(read.ToImmutable());
    }

    /// <summary>Reads one key. Each check sets <paramref name="why"/> before it runs, so that a return of null has the reason.</summary>
    private static DecryptionKey? Read(JsonElement jwk, out string why)
    {
        why = "is not a JSON object";
        if (jwk.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        why = "has a `use` other than `enc`";
        if (jwk.TryGetProperty("use"u8, out _) && jwk.TextOf("use") != "enc")
        {
            return null;
        }

        var keyId = jwk.TextOf("kid");
        why = "has a `kid` that is not a string";
        if (keyId is null && jwk.TryGetProperty("kid"u8, out _))
        {
            return null;
        }

        var type = jwk.TextOf("kty") switch { "RSA" => KeyType.Rsa, "EC" => KeyType.Ec, "oct" => KeyType.Secret, _ => (KeyType?)null };
        why = "has a `kty` other than RSA, EC and oct";
        if (type is null)
        {
            return null;
        }

        var only = EncryptionAlgorithms.FindKeyManagement(jwk.TextOf("alg"));
        var usable = EncryptionAlgorithms.KeyManagements.Where(traits => traits.KeyType == type).Select(traits => traits.Name).ToArray();
        // RFC 7520 section 5.6: a secret for `dir` may name the content encryption instead.
        var content = type == KeyType.Secret ? EncryptionAlgorithms.FindContentEncryption(jwk.TextOf("alg")) : null;
        why = $"has an `alg` other than {string.Join(", ", usable)}";
        if (jwk.TryGetProperty("alg"u8, out _) && only?.KeyType != type && content is null)
        {
            return null;
        }

        try
        {
            return type switch
            {
                KeyType.Rsa => ReadRsa(jwk, keyId, only?.Algorithm, out why),
                KeyType.Ec => ReadEc(jwk, keyId, only?.Algorithm, out why),
                _ => ReadSecret(jwk, keyId, content, out why),
            };
        }
        catch (CryptographicException)
        {
            why = "is rejected by the crypto library: its numbers are not a private key of its type";
            return null;
        }
    }

    private static DecryptionKey? ReadRsa(JsonElement jwk, string? keyId, KeyManagement? only, out string why)
    {
        why = "lacks one of `n`, `e`, `d`, `p`, `q`, `dp`, `dq` and `qi` in base64url: write the whole private key";
        if (NumberOf(jwk, "n") is not { } n || NumberOf(jwk, "e") is not { } e
            || NumberOf(jwk, "d") is not { } d || NumberOf(jwk, "p") is not { } p || NumberOf(jwk, "q") is not { } q
            || NumberOf(jwk, "dp") is not { } dp || NumberOf(jwk, "dq") is not { } dq || NumberOf(jwk, "qi") is not { } qi)
        {
            return null;
        }

        n = n.AsSpan().TrimStart((byte)0).ToArray();
        why = $"has {n.Length * 8} bits; {MinRsaBits} to {MaxRsaBits} are accepted";
        if (n.Length is < MinRsaBits / 8 or > MaxRsaBits / 8)
        {
            return null;
        }

        // .NET wants numbers of the length of the modulus, and of half of it; encoders drop leading zeros.
        var half = (n.Length + 1) / 2;
        return DecryptionKey.Rsa(keyId, only, new RSAParameters
        {
            Modulus = n,
            Exponent = e,
            D = Padded(d, n.Length),
            P = Padded(p, half),
            Q = Padded(q, half),
            DP = Padded(dp, half),
            DQ = Padded(dq, half),
            InverseQ = Padded(qi, half),
        });
    }

    private static DecryptionKey? ReadEc(JsonElement jwk, string? keyId, KeyManagement? only, out string why)
    {
        why = "has a `crv` other than P-256, P-384 and P-521";
        if (EcCurves.Find(jwk.TextOf("crv")) is not { } curve)
        {
            return null;
        }

        why = $"has no `x`, `y` and `d` of {curve.Length} bytes in base64url";
        return NumberOf(jwk, "x") is { } x && NumberOf(jwk, "y") is { } y && NumberOf(jwk, "d") is { } d
            && x.Length == curve.Length && y.Length == curve.Length && d.Length == curve.Length
            ? DecryptionKey.Ec(keyId, only, curve.Name, new ECParameters { Curve = curve.Curve, Q = new ECPoint { X = x, Y = y }, D = d })
            : null;
    }

    private static DecryptionKey? ReadSecret(JsonElement jwk, string? keyId, ContentEncryptionTraits? only, out string why)
    {
        var lengths = EncryptionAlgorithms.ContentEncryptions.Where(content => only is null || content == only)
            .Select(content => content.KeyLength)
            .Distinct()
            .Order()
            .ToArray();
        why = $"has no `k` of {string.Join(", ", lengths)} bytes in base64url, as the `enc` values need";
        return NumberOf(jwk, "k") is { } secret && lengths.Contains(secret.Length) ? DecryptionKey.Secret(keyId, secret, only) : null;
    }

    /// <summary>The last bytes of the number, with zeros in front where it is shorter.</summary>
    private static byte[] Padded(byte[] number, int length) =>
        number.Length >= length ? number.AsSpan(number.Length - length).ToArray() : [.. new byte[length - number.Length], .. number];

    private static byte[]? NumberOf(JsonElement jwk, string name) =>
        jwk.TextOf(name) is { Length: > 0 } text && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;
}
