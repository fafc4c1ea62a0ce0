using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Gateway.Jose;

/// <param name="Name">The JWK <c>crv</c>.</param>
/// <param name="Length">Bytes of a coordinate.</param>
internal sealed record EcCurve(string Name, ECCurve Curve, int Length);

/// <summary>The curves of EC keys (RFC 7518 section 6.2.1.1), for ECDSA and ECDH-ES.</summary>
internal static class EcCurves
{
    private static readonly ImmutableArray<EcCurve> All =
    [
        new("P-256", ECCurve.NamedCurves.nistP256, 32),
        new("P-384", ECCurve.NamedCurves.nistP384, 48),
        new("P-521", ECCurve.NamedCurves.nistP521, 66),
    ];

    public static EcCurve? Find(string? name) => All.FirstOrDefault(curve => curve.Name == name);
}
