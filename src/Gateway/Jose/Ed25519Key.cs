using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using NSec.Cryptography;

namespace Gateway.Jose;

/// <summary>
/// A public key of Ed25519 (RFC 8032). A token has one signature only: the library rejects an S that is not below the order of the group,
/// and an R of small order or in another encoding than the canonical one.
/// </summary>
internal sealed class Ed25519Key
{
    /// <summary>The JWK <c>crv</c> (RFC 8037 section 2).</summary>
    public const string Curve = "Ed25519";

    /// <summary>Bytes.</summary>
    public const int Length = 32;

    // The prime and the constant d of the curve (RFC 8032 section 5.1); the inverse is a power, by Fermat's little theorem.
    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger D = P - (121665 * BigInteger.ModPow(121666, P - 2, P) % P);

    private readonly PublicKey _key;

    private Ed25519Key(PublicKey key) => _key = key;

    /// <summary>
    /// False when the bytes are no key. The library finds that out with each signature; here, a key set without a usable key must not
    /// replace a good one.
    /// </summary>
    public static bool TryImport(byte[] point, [NotNullWhen(true)] out Ed25519Key? key)
    {
        key = point.Length == Length && IsUsable(point)
            && PublicKey.TryImport(NSec.Cryptography.SignatureAlgorithm.Ed25519, point, KeyBlobFormat.RawPublicKey, out var imported)
            ? new Ed25519Key(imported!)
            : null;
        return key is not null;
    }

    /// <summary>Safe for concurrent use.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        NSec.Cryptography.SignatureAlgorithm.Ed25519.Verify(_key, data, signature);

    /// <summary>
    /// RFC 8032 section 5.1.3: y is below p, and there is an x. With a point of an order that divides 8, one signature verifies many texts:
    /// y is 0, 1 or -1, or twice the point has y 0.
    /// </summary>
    private static bool IsUsable(byte[] point)
    {
        var y = new BigInteger(point, isUnsigned: true) & ((BigInteger.One << 255) - 1);
        if (y >= P)
        {
            return false;
        }

        var square = y * y % P;
        var isOfSmallOrder = y.IsZero || square.IsOne || (((D * square * square) + (2 * square) - 1) % P).IsZero;
        var x = (square - 1) * BigInteger.ModPow(((D * square) + 1) % P, P - 2, P) % P;
        return !isOfSmallOrder && BigInteger.ModPow(x, (P - 1) / 2, P).IsOne;
    }
}
