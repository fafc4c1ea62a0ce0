using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Gateway.Jose.Encryption;

/// <param name="Name">The JWK <c>crv</c>.</param>
/// <param name="Length">Bytes of a coordinate.</param>
internal sealed record DecryptionCurve(string Name, ECCurve Curve, int Length);

/// <summary>The curves for ECDH-ES (RFC 7518 section 6.2.1.1).</summary>
internal static class DecryptionCurves
{
    private static readonly ImmutableArray<DecryptionCurve> All =
    [
        new("P-256", ECCurve.NamedCurves.nistP256, 32),
        new("P-384", ECCurve.NamedCurves.nistP384, 48),
        new("P-521", ECCurve.NamedCurves.nistP521, 66),
    ];

    public static DecryptionCurve? Find(string? name) => All.FirstOrDefault(curve => curve.Name == name);
}
