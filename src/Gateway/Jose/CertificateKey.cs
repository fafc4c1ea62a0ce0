using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Gateway.Jose;

/// <summary>
/// The key of a JWK that has only a certificate (<c>x5c</c>, RFC 7517 section 4.7). The first certificate is the leaf, and its key is the
/// JWK's. Neither chain nor validity of the certificate is checked: the key is trusted because it was fetched from the issuer.
/// </summary>
internal static class CertificateKey
{
    // Characters of base64.
    private const int MaxLength = 16 * 1024;

    /// <summary>
    /// True when the JWK has a certificate and no key parameters of its own. The key is then null, and the reason set, if the certificate
    /// cannot be used.
    /// </summary>
    /// <exception cref="CryptographicException">The data is not a certificate.</exception>
    public static bool TryRead(JsonElement jwk, string? keyId, SignatureAlgorithm? only, out VerificationKey? key, out string? why)
    {
        (key, why) = (null, null);
        // Numbers of the JWK come first: a certificate beside them is ignored, so that the two cannot name different keys.
        if (jwk.TryGetProperty("n"u8, out _) || jwk.TryGetProperty("x"u8, out _)
            || !jwk.TryGetProperty("x5c"u8, out var chain) || chain.ValueKind != JsonValueKind.Array || chain.GetArrayLength() == 0)
        {
            return false;
        }

        why = "has an `x5c` whose first item is not a base64 certificate";
        var leaf = chain[0];
        // RFC 7517 section 4.7: base64, not base64url.
        if (leaf.ValueKind != JsonValueKind.String || leaf.GetString()!.Length > MaxLength || !leaf.TryGetBytesFromBase64(out var der))
        {
            return true;
        }

        using var certificate = X509CertificateLoader.LoadCertificate(der);
        var type = jwk.TryGetProperty("kty"u8, out var kty) ? kty.ValueKind == JsonValueKind.String ? kty.GetString() : "" : null;
        if (type is null or "RSA" && certificate.GetRSAPublicKey() is { } rsa)
        {
            using (rsa)
            {
                var numbers = rsa.ExportParameters(false);
                JsonWebKey.TryCreateRsa(keyId, only, numbers.Modulus!, numbers.Exponent!, out key, out why);
            }
        }
        else if (type is null or "EC" && certificate.GetECDsaPublicKey() is { } ec)
        {
            using (ec)
            {
                var curve = ec.ExportParameters(false);
                var name = CurveOf(curve.Curve);
                key = name is null ? null : VerificationKey.Ec(keyId, only, name, curve);
                why = key is null ? "has a certificate with a curve other than P-256, P-384 and P-521" : null;
            }
        }
        else
        {
            why = "has a certificate whose key type differs from its `kty` or is not RSA or EC";
        }

        return true;
    }

    /// <summary>The JWK name of a curve, by the object identifiers of RFC 5480 section 2.1.1.1.</summary>
    private static string? CurveOf(ECCurve curve) => curve.Oid?.Value switch
    {
        "1.2.840.10045.3.1.7" => "P-256",
        "1.3.132.0.34" => "P-384",
        "1.3.132.0.35" => "P-521",
        _ => null,
    };
}
