using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;

namespace Gateway.Jose;

/// <summary>
/// The second valid form of an ECDSA token. If (r, s) is a signature, (r, n - s) is one too, so the holder of a token can derive another
/// text that verifies. A revocation by the hash of the token must cover both.
/// </summary>
internal static class EcdsaTwin
{
    /// <summary>The same token with the other signature, or null for algorithms that have only one.</summary>
    public static byte[]? Of(ReadOnlySpan<byte> text, AlgorithmTraits algorithm)
    {
        if (OrderOf(algorithm.Curve) is not { } order)
        {
            return null;
        }

        var start = text.LastIndexOf((byte)'.') + 1;
        var signature = Base64Url.DecodeFromUtf8(text[start..]);
        var half = signature.AsSpan(signature.Length / 2);
        // The second half of the signature is s; r stays.
        var other = order - new BigInteger(half, isUnsigned: true, isBigEndian: true);
        if (signature.Length != algorithm.SignatureLength || other.Sign <= 0)
        {
            // The signature cannot verify in either form.
            return null;
        }

        half.Clear();
        other.TryWriteBytes(half[(half.Length - other.GetByteCount(isUnsigned: true))..], out _, isUnsigned: true, isBigEndian: true);
        return [.. text[..start], .. Base64Url.EncodeToUtf8(signature)];
    }

    /// <summary>The order n of the curve's base point; null for algorithms other than ECDSA.</summary>
    private static BigInteger? OrderOf(string? curve) => curve switch
    {
        "P-256" => P256,
        "P-384" => P384,
        "P-521" => P521,
        _ => null,
    };

    private static readonly BigInteger P256 = OrderOf(ECCurve.NamedCurves.nistP256);
    private static readonly BigInteger P384 = OrderOf(ECCurve.NamedCurves.nistP384);
    private static readonly BigInteger P521 = OrderOf(ECCurve.NamedCurves.nistP521);

    private static BigInteger OrderOf(ECCurve curve)
    {
        using var key = ECDsa.Create(curve);
        return new BigInteger(
            key.ExportExplicitParameters(includePrivateParameters: false).Curve.Order!, isUnsigned: true, isBigEndian: true);
    }
}
