using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;

namespace Gateway.Jose;

/// <summary>Reads one public JWK (RFC 7517, RFC 7518 section 6), or returns the reason why it cannot verify signatures.</summary>
internal static class JsonWebKey
{
    private const int MinRsaBits = 2048; // RFC 7518 section 3.3
    private const int MaxRsaBits = 8192; // with longer keys, one verification takes milliseconds
    private const int MaxNameLength = 64;

    /// <param name="why">To stand behind the name of the key in a message.</param>
    public static bool TryRead(JsonElement jwk, [NotNullWhen(true)] out VerificationKey? key, [NotNullWhen(false)] out string? why)
    {
        key = null;
        if (jwk.ValueKind != JsonValueKind.Object)
        {
            why = "is not a JSON object";
            return false;
        }

        why = Misuse(jwk);
        if (why is not null || !TryReadAlgorithm(jwk, out var only, out why))
        {
            return false;
        }

        if (!TryReadText(jwk, "kid"u8, out var keyId))
        {
            why = "has a `kid` that is not a string";
            return false;
        }

        TryReadText(jwk, "kty"u8, out var type);
        try
        {
            if (CertificateKey.TryRead(jwk, keyId, only, out key, out why))
            {
                return key is not null;
            }

            switch (type)
            {
                case "RSA":
                    return TryReadRsa(jwk, keyId, only, out key, out why);
                case "EC":
                    return TryReadEc(jwk, keyId, only, out key, out why);
                case "OKP":
                    return TryReadOkp(jwk, keyId, only, out key, out why);
                default:
                    // A secret in a published set is public, and RFC 7517 section 5 asks us to ignore types we do not know.
                    why = type == "oct" ? "is a symmetric key, which must not be published" : "has a `kty` other than RSA, EC and OKP";
                    return false;
            }
        }
        catch (CryptographicException)
        {
            why = "is rejected by the crypto library: its numbers are not a valid key of its type";
            return false;
        }
    }

    /// <summary>The name of the key in messages: its <c>kid</c>, shortened to fit a log line.</summary>
    public static string NameOf(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object || !TryReadText(jwk, "kid"u8, out var keyId) || keyId is null)
        {
            return "a key without `kid`";
        }

        var name = keyId.Length > MaxNameLength ? keyId[..MaxNameLength] : keyId;
        return $"key \"{string.Concat(name.Select(c => char.IsControl(c) ? '?' : c))}\"";
    }

    /// <summary>The reason why the key must not verify signatures (RFC 7517 sections 4.2 and 4.3), or null.</summary>
    private static string? Misuse(JsonElement jwk)
    {
        if (jwk.TryGetProperty("use"u8, out var use) && !(use.ValueKind == JsonValueKind.String && use.ValueEquals("sig"u8)))
        {
            return "has a `use` other than sig";
        }

        if (jwk.TryGetProperty("key_ops"u8, out var operations)
            && !(operations.ValueKind == JsonValueKind.Array
                && operations.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.ValueEquals("verify"u8))))
        {
            return "has `key_ops` without verify";
        }

        // RFC 7518 sections 6.2.2 and 6.3.2: when the private half is published, anyone can sign with the key.
        return jwk.TryGetProperty("d"u8, out _) ? "publishes its private half" : null;
    }

    /// <summary>
    /// Reads <c>alg</c> (RFC 7517 section 4.4), which binds the key to one algorithm. Without it the key verifies all of its type.
    /// </summary>
    private static bool TryReadAlgorithm(JsonElement jwk, out SignatureAlgorithm? only, [NotNullWhen(false)] out string? why)
    {
        only = null;
        why = null;
        if (!jwk.TryGetProperty("alg"u8, out var name))
        {
            return true;
        }

        only = name.ValueKind == JsonValueKind.String ? SignatureAlgorithms.Find(name.GetString())?.Algorithm : null;
        why = only is null ? "has an `alg` that the gateway cannot verify" : null;
        return only is not null;
    }

    private static bool TryReadRsa(
        JsonElement jwk, string? keyId, SignatureAlgorithm? only, out VerificationKey? key, out string? why)
    {
        key = null;
        if (!TryReadNumber(jwk, "n"u8, out var modulus) || !TryReadNumber(jwk, "e"u8, out var exponent))
        {
            why = "has no `n` and `e` in base64url";
            return false;
        }

        return TryCreateRsa(keyId, only, modulus, exponent, out key, out why);
    }

    /// <summary>
    /// Checks the numbers of an RSA key. Encoders may put a zero byte in front, which does not count as a part of the number.
    /// </summary>
    public static bool TryCreateRsa(
        string? keyId, SignatureAlgorithm? only, byte[] modulus, byte[] exponent, out VerificationKey? key, out string? why)
    {
        key = null;
        modulus = modulus.AsSpan().TrimStart((byte)0).ToArray();
        exponent = exponent.AsSpan().TrimStart((byte)0).ToArray();
        var bits = modulus.Length == 0 ? 0 : (modulus.Length * 8) - byte.LeadingZeroCount(modulus[0]);
        if (bits is < MinRsaBits or > MaxRsaBits)
        {
            why = $"has {bits} bits; {MinRsaBits} to {MaxRsaBits} are accepted";
            return false;
        }

        // With exponent 1 any signature verifies. Even exponents and moduli are not RSA. A long exponent makes verification slow.
        if (exponent.Length is 0 or > 8 || (exponent[^1] & 1) == 0 || exponent is [1] || (modulus[^1] & 1) == 0)
        {
            why = "has an impossible exponent or modulus";
            return false;
        }

        why = null;
        key = VerificationKey.Rsa(keyId, only, new RSAParameters { Modulus = modulus, Exponent = exponent });
        return true;
    }

    private static bool TryReadEc(
        JsonElement jwk, string? keyId, SignatureAlgorithm? only, out VerificationKey? key, out string? why)
    {
        key = null;
        TryReadText(jwk, "crv"u8, out var name);
        if (EcCurves.Find(name) is not { } curve)
        {
            why = "has a `crv` other than P-256, P-384 and P-521";
            return false;
        }

        // RFC 7518 section 6.2.1.2: coordinates have the full length of the field.
        if (!TryReadNumber(jwk, "x"u8, out var x) || !TryReadNumber(jwk, "y"u8, out var y)
            || x.Length != curve.Length || y.Length != curve.Length)
        {
            why = $"has no `x` and `y` of {curve.Length} bytes in base64url";
            return false;
        }

        why = null;
        key = VerificationKey.Ec(keyId, only, name!, new ECParameters { Curve = curve.Curve, Q = new ECPoint { X = x, Y = y } });
        return true;
    }

    /// <summary>RFC 8037 section 2.</summary>
    private static bool TryReadOkp(
        JsonElement jwk, string? keyId, SignatureAlgorithm? only, out VerificationKey? key, out string? why)
    {
        key = null;
        TryReadText(jwk, "crv"u8, out var name);
        if (name != Ed25519Key.Curve)
        {
            why = $"has a `crv` other than {Ed25519Key.Curve}";
            return false;
        }

        TryReadText(jwk, "x"u8, out var text);
        if (!TryReadNumber(jwk, "x"u8, out var x) || x.Length != Ed25519Key.Length || Base64Url.EncodeToString(x) != text)
        {
            why = $"has no `x` of {Ed25519Key.Length} bytes in base64url without padding";
            return false;
        }

        why = Ed25519Key.TryImport(x, out var point) ? null : "has an `x` that is no point of the curve to verify with";
        key = point is null ? null : VerificationKey.Ed25519(keyId, only, point, x);
        return key is not null;
    }

    /// <summary>False for a member that is not a string. An absent member gives null and true.</summary>
    private static bool TryReadText(JsonElement jwk, ReadOnlySpan<byte> name, out string? text)
    {
        text = null;
        if (!jwk.TryGetProperty(name, out var member))
        {
            return true;
        }

        text = member.ValueKind == JsonValueKind.String ? member.GetString() : null;
        return text is not null;
    }

    private static bool TryReadNumber(JsonElement jwk, ReadOnlySpan<byte> name, [NotNullWhen(true)] out byte[]? number)
    {
        number = null;
        if (!TryReadText(jwk, name, out var text) || string.IsNullOrEmpty(text) || !Base64Url.IsValid(text))
        {
            return false;
        }

        number = Base64Url.DecodeFromChars(text);
        return true;
    }
}
