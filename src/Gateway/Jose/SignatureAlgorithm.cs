using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Gateway.Jose;

/// <summary>The JWS algorithms (RFC 7518 section 3.1, RFC 9864) that the gateway can verify. <c>none</c> is not one of them.</summary>
internal enum SignatureAlgorithm
{
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    ES512,
    Ed25519,
    HS256,
    HS384,
    HS512,
}

/// <summary>The JWK <c>kty</c>: RSA, EC, OKP (RFC 8037) and oct, a shared secret.</summary>
internal enum KeyType
{
    Rsa,
    Ec,
    Okp,
    Secret,
}

/// <summary>What an algorithm asks of its key and signature.</summary>
/// <param name="Hash">Of what is signed; unused for Ed25519, which hashes by itself.</param>
/// <param name="Curve">The JWK <c>crv</c> for ECDSA (RFC 7518 section 3.4) and Ed25519, else null.</param>
/// <param name="SignatureLength">Bytes of the signature; 0 for RSA, where the modulus decides.</param>
internal sealed record AlgorithmTraits(
    SignatureAlgorithm Algorithm, KeyType KeyType, HashAlgorithmName Hash, int HashLength, string? Curve = null, int SignatureLength = 0)
{
    public bool IsPss => Algorithm is SignatureAlgorithm.PS256 or SignatureAlgorithm.PS384 or SignatureAlgorithm.PS512;
}

/// <summary>The table of algorithms.</summary>
internal static class SignatureAlgorithms
{
    // In the order of the enumeration: its values are the indexes.
    public static readonly ImmutableArray<AlgorithmTraits> All =
    [
        new(SignatureAlgorithm.RS256, KeyType.Rsa, HashAlgorithmName.SHA256, 32),
        new(SignatureAlgorithm.RS384, KeyType.Rsa, HashAlgorithmName.SHA384, 48),
        new(SignatureAlgorithm.RS512, KeyType.Rsa, HashAlgorithmName.SHA512, 64),
        new(SignatureAlgorithm.PS256, KeyType.Rsa, HashAlgorithmName.SHA256, 32),
        new(SignatureAlgorithm.PS384, KeyType.Rsa, HashAlgorithmName.SHA384, 48),
        new(SignatureAlgorithm.PS512, KeyType.Rsa, HashAlgorithmName.SHA512, 64),
        new(SignatureAlgorithm.ES256, KeyType.Ec, HashAlgorithmName.SHA256, 32, "P-256", 64),
        new(SignatureAlgorithm.ES384, KeyType.Ec, HashAlgorithmName.SHA384, 48, "P-384", 96),
        new(SignatureAlgorithm.ES512, KeyType.Ec, HashAlgorithmName.SHA512, 64, "P-521", 132),
        new(SignatureAlgorithm.Ed25519, KeyType.Okp, default, 0, Ed25519Key.Curve, 64),
        new(SignatureAlgorithm.HS256, KeyType.Secret, HashAlgorithmName.SHA256, 32, null, 32),
        new(SignatureAlgorithm.HS384, KeyType.Secret, HashAlgorithmName.SHA384, 48, null, 48),
        new(SignatureAlgorithm.HS512, KeyType.Secret, HashAlgorithmName.SHA512, 64, null, 64),
    ];

    /// <summary>
    /// RFC 8037's name for Ed25519 and Ed448, which RFC 9864 replaces by a name for each. The gateway knows Ed25519 only, so both names are
    /// one algorithm, and an issuer that may use one may use the other.
    /// </summary>
    private const string EdDsa = "EdDSA";

    private static readonly ImmutableArray<string> EnumNames = [.. Enum.GetNames<SignatureAlgorithm>()];

    /// <summary>What a header or the configuration may call an algorithm.</summary>
    public static ImmutableArray<string> Names { get; } = [.. EnumNames, EdDsa];

    public static IEnumerable<string> NamesOf(SignatureAlgorithm algorithm) => Names.Where(name => Find(name)!.Algorithm == algorithm);

    public static AlgorithmTraits Of(SignatureAlgorithm algorithm) => All[(int)algorithm];

    /// <summary>Exact, case-sensitive match of a JWS <c>alg</c> (RFC 7515 section 4.1.1).</summary>
    public static AlgorithmTraits? Find(string? name)
    {
        foreach (var traits in All)
        {
            if (string.Equals(EnumNames[(int)traits.Algorithm], name, StringComparison.Ordinal))
            {
                return traits;
            }
        }

        return name == EdDsa ? Of(SignatureAlgorithm.Ed25519) : null;
    }
}
