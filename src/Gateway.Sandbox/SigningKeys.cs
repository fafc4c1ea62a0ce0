using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;

namespace Gateway.Sandbox;

/// <summary>
/// The issuer's signing keys, an RSA and a P-256 key each generation. Only the current generation signs; the previous one stays published
/// after a rotation, so that tokens signed just before it are accepted until they expire.
/// </summary>
internal sealed class SigningKeys(IOptionsMonitor<OpenIddictServerOptions> options)
{
    /// <summary>The algorithms that a client can ask for.</summary>
    public static readonly IReadOnlyList<string> Algorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256];

    private readonly Lock _lock = new();

    public static IReadOnlyList<SigningCredentials> CreateGeneration()
    {
        var rsa = new RsaSecurityKey(RSA.Create(2048));
        var ec = new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        // RFC 7638 thumbprints: a kid that two keys cannot share, in any generation.
        rsa.KeyId = Base64UrlEncoder.Encode(rsa.ComputeJwkThumbprint());
        ec.KeyId = Base64UrlEncoder.Encode(ec.ComputeJwkThumbprint());
        return [new(rsa, SecurityAlgorithms.RsaSha256), new(ec, SecurityAlgorithms.EcdsaSha256)];
    }

    /// <param name="algorithm">One of <see cref="Algorithms"/>; null takes the first of them.</param>
    public SigningCredentials CredentialsFor(string? algorithm)
    {
        lock (_lock)
        {
            return options.CurrentValue.SigningCredentials.First(credentials => credentials.Algorithm == (algorithm ?? Algorithms[0]));
        }
    }

    /// <summary>Makes new keys the current ones; without <paramref name="overlap"/> nothing older is published any more.</summary>
    public IReadOnlyDictionary<string, string> Rotate(bool overlap)
    {
        var next = CreateGeneration();
        var server = options.CurrentValue;
        lock (_lock)
        {
            var previous = server.SigningCredentials.Take(overlap ? next.Count : 0).ToArray();
            server.SigningCredentials.Clear();
            server.SigningCredentials.AddRange([.. next, .. previous]);
            server.TokenValidationParameters.IssuerSigningKeys = server.SigningCredentials.Select(credentials => credentials.Key).ToArray();
        }

        return next.ToDictionary(credentials => credentials.Algorithm, credentials => credentials.Key.KeyId);
    }
}
