using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Gateway.Sandbox;

/// <summary>One generation of signing keys: an RSA key for RS256 and a P-256 key for ES256.</summary>
internal sealed class SigningKeyPair
{
    private readonly RsaSecurityKey _rsa = new(RSA.Create(2048));
    private readonly ECDsaSecurityKey _ec = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public SigningKeyPair()
    {
        // RFC 7638 thumbprints: a kid that two keys cannot share, whatever the generation.
        _rsa.KeyId = Base64UrlEncoder.Encode(_rsa.ComputeJwkThumbprint());
        _ec.KeyId = Base64UrlEncoder.Encode(_ec.ComputeJwkThumbprint());
    }

    public SecurityKey Rsa => _rsa;

    public SecurityKey Ec => _ec;

    /// <summary>The public halves, as members of a JWK Set (RFC 7517).</summary>
    public IEnumerable<object> PublicJwks()
    {
        var rsa = _rsa.Rsa.ExportParameters(includePrivateParameters: false);
        yield return new
        {
            kty = "RSA",
            use = "sig",
            alg = SecurityAlgorithms.RsaSha256,
            kid = _rsa.KeyId,
            n = Base64UrlEncoder.Encode(rsa.Modulus),
            e = Base64UrlEncoder.Encode(rsa.Exponent),
        };

        var ec = _ec.ECDsa.ExportParameters(includePrivateParameters: false);
        yield return new
        {
            kty = "EC",
            use = "sig",
            alg = SecurityAlgorithms.EcdsaSha256,
            kid = _ec.KeyId,
            crv = "P-256",
            x = Base64UrlEncoder.Encode(ec.Q.X),
            y = Base64UrlEncoder.Encode(ec.Q.Y),
        };
    }
}
