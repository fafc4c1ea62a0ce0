using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Foundation;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Jwk = Microsoft.IdentityModel.Tokens.JsonWebKey;

namespace Gateway.Issuers.Introspection;

/// <summary>The private key with which the gateway authenticates as a client (<c>private_key_jwt</c>, RFC 7523 section 2.2).</summary>
internal sealed class ClientKey
{
    private const int MinRsaBits = 2048;

    // An assertion is used at once; the issuer's clock may be off by a little.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    private readonly SigningCredentials _credentials;

    private ClientKey(SigningCredentials credentials) => _credentials = credentials;

    /// <returns>Null with what is wrong, without key material.</returns>
    public static ClientKey? Parse(byte[] content, out string? error)
    {
        error = "it is neither a JWK nor a JWK Set with a key";
        if (!StrictJson.TryParseObject(content, out var json))
        {
            return null;
        }

        if (json.TryGetProperty("keys"u8, out var keys))
        {
            if (keys.ValueKind != JsonValueKind.Array || keys.GetArrayLength() == 0 || keys[0].ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            json = keys[0];
        }

        try
        {
            var jwk = new Jwk(json.GetRawText()) { CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } };
            var algorithm = jwk.Alg ?? (jwk.Kty, jwk.Crv) switch
            {
                ("RSA", _) => SecurityAlgorithms.RsaSha256,
                ("EC", "P-256") => SecurityAlgorithms.EcdsaSha256,
                ("EC", "P-384") => SecurityAlgorithms.EcdsaSha384,
                ("EC", "P-521") => SecurityAlgorithms.EcdsaSha512,
                _ => "",
            };
            error = "it is not a private RSA key of at least 2048 bits or a private EC key, or its `alg` does not fit";
            if (!jwk.HasPrivateKey || jwk.Kty is not ("RSA" or "EC") || (jwk.Kty == "RSA" && jwk.KeySize < MinRsaBits))
            {
                return null;
            }

            var key = new ClientKey(new SigningCredentials(jwk, algorithm));
            key.CreateAssertion("check", "check", DateTimeOffset.UnixEpoch);
            error = null;
            return key;
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException or InvalidOperationException
            or CryptographicException or FormatException or JsonException or SecurityTokenException)
        {
            return null;
        }
    }

    /// <param name="audience">The issuer, which RFC 7523 calls the authorization server.</param>
    public string CreateAssertion(string clientId, string audience, DateTimeOffset now) => Handler.CreateToken(
        new JsonObject
        {
            ["iss"] = clientId,
            ["sub"] = clientId,
            ["aud"] = audience,
            ["jti"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + Lifetime).ToUnixTimeSeconds(),
        }.ToJsonString(),
        _credentials);
}
