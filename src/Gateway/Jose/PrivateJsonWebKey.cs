using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using Gateway.Foundation;

namespace Gateway.Jose;

/// <summary>Reads one private JWK (RFC 7517, RFC 7518 section 6.2, RFC 8037) to sign with, and says why when it cannot.</summary>
internal static class PrivateJsonWebKey
{
    /// <summary>Bytes of <c>d</c>, for both curves.</summary>
    private const int PrivateLength = 32;

    // The id is in the header of every assertion.
    private const int MaxKeyIdLength = 128;

    // RFC 8037's name. Ed25519 (RFC 9864) is used if the key says so, because fewer libraries know it.
    private const string EdDsa = "EdDSA";

    /// <param name="why">To stand behind the key's name. Never shows key material.</param>
    public static bool TryRead(JsonElement jwk, [NotNullWhen(true)] out JwsSigner? signer, [NotNullWhen(false)] out string? why)
    {
        signer = null;
        if (jwk.ValueKind != JsonValueKind.Object)
        {
            why = "is not a JSON object";
            return false;
        }

        var isOkp = (jwk.TextOf("kty"), jwk.TextOf("crv")) switch
        {
            ("EC", "P-256") => false,
            ("OKP", Ed25519Key.Curve) => true,
            _ => (bool?)null,
        };
        if (isOkp is not { } okp)
        {
            why = "is neither an EC key of P-256 nor an OKP key of Ed25519";
            return false;
        }

        why = Misuse(jwk, okp);
        if (why is not null)
        {
            return false;
        }

        if (jwk.TextOf("d") is not { } text
            || !Base64Url.IsValid(text)
            || Base64Url.DecodeFromChars(text) is not { Length: PrivateLength } secret)
        {
            why = $"has no private half: a `d` of {PrivateLength} bytes in base64url";
            return false;
        }

        // What the gateway publishes must be a key that it would accept itself.
        var publicJwk = WritePublic(jwk, okp);
        using var published = JsonDocument.Parse(publicJwk);
        if (!JsonWebKey.TryRead(published.RootElement, out var verifier, out why))
        {
            return false;
        }

        if (!TryCreate(published.RootElement, okp, secret, publicJwk, out signer) || !Verifies(verifier, signer, okp))
        {
            signer = null;
            why = "has a private half that does not belong to its public half";
            return false;
        }

        return true;
    }

    /// <summary>RFC 7517 sections 4.2 to 4.5.</summary>
    private static string? Misuse(JsonElement jwk, bool isOkp)
    {
        if (jwk.TryGetProperty("use"u8, out _) && jwk.TextOf("use") != "sig")
        {
            return "has a `use` other than sig";
        }

        if (jwk.TryGetProperty("key_ops"u8, out var operations)
            && !(operations.ValueKind == JsonValueKind.Array
                && operations.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.ValueEquals("sign"u8))))
        {
            return "has `key_ops` without sign";
        }

        if (jwk.TryGetProperty("alg"u8, out _)
            && !(isOkp
                ? jwk.TextOf("alg") is EdDsa or nameof(SignatureAlgorithm.Ed25519)
                : jwk.TextOf("alg") is nameof(SignatureAlgorithm.ES256)))
        {
            return $"has an `alg` other than " +
                $"{(isOkp ? $"{EdDsa} and {nameof(SignatureAlgorithm.Ed25519)}" : nameof(SignatureAlgorithm.ES256))}";
        }

        return jwk.TryGetProperty("kid"u8, out _) && jwk.TextOf("kid") is not { Length: > 0 and <= MaxKeyIdLength }
            ? $"has a `kid` that is not a text of 1 to {MaxKeyIdLength} characters"
            : null;
    }

    /// <summary>Exactly the members that are named here; all others of the file stay here.</summary>
    private static byte[] WritePublic(JsonElement jwk, bool isOkp)
    {
        return Utf8Json.Object(json =>
        {
            WriteRequired(json, jwk, isOkp);
            json.WriteString("kid"u8, jwk.TextOf("kid") ?? Thumbprint(jwk, isOkp));
            json.WriteString("alg"u8, jwk.TextOf("alg") ?? (isOkp ? EdDsa : nameof(SignatureAlgorithm.ES256)));
            json.WriteString("use"u8, "sig"u8);
        });
    }

    /// <summary>RFC 7638, the id of a key that has none.</summary>
    private static string Thumbprint(JsonElement jwk, bool isOkp) =>
        Base64Url.EncodeToString(SHA256.HashData(Utf8Json.Object(json => WriteRequired(json, jwk, isOkp))));

    /// <summary>The members that make the key, in the order of RFC 7638 section 3.3.</summary>
    private static void WriteRequired(Utf8JsonWriter json, JsonElement jwk, bool isOkp)
    {
        json.WriteString("crv"u8, jwk.TextOf("crv"));
        json.WriteString("kty"u8, jwk.TextOf("kty"));
        json.WriteString("x"u8, jwk.TextOf("x"));
        if (!isOkp)
        {
            json.WriteString("y"u8, jwk.TextOf("y"));
        }
    }

    /// <param name="key">The public JWK, which has been read once.</param>
    private static bool TryCreate(JsonElement key, bool isOkp, byte[] secret, byte[] publicJwk, [NotNullWhen(true)] out JwsSigner? signer)
    {
        var keyId = key.TextOf("kid")!;
        try
        {
            signer = isOkp
                ? JwsSigner.Ed25519(keyId, key.TextOf("alg")!, publicJwk, secret)
                : JwsSigner.Ec(keyId, publicJwk, new ECParameters
                {
                    Curve = ECCurve.NamedCurves.nistP256,
                    Q = new ECPoint { X = Base64Url.DecodeFromChars(key.TextOf("x")), Y = Base64Url.DecodeFromChars(key.TextOf("y")) },
                    D = secret,
                });
            return true;
        }
        catch (CryptographicException)
        {
            signer = null;
            return false;
        }
    }

    /// <summary>
    /// Signs and verifies once. A wrong pair would otherwise show only at the destinations, which reject every assertion.
    /// </summary>
    private static bool Verifies(VerificationKey verifier, JwsSigner signer, bool isOkp)
    {
        Span<byte> signature = stackalloc byte[JwsSigner.SignatureLength];
        signer.SignData("test"u8, signature);
        return verifier.Verify("test"u8, signature, SignatureAlgorithms.Of(isOkp ? SignatureAlgorithm.Ed25519 : SignatureAlgorithm.ES256));
    }
}
