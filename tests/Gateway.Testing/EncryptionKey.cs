using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Jose;
using Base64Url = System.Buffers.Text.Base64Url;

namespace Gateway.Testing;

/// <summary>
/// A key that tokens are encrypted for, with its private part. Encrypts with any algorithm, also those that the gateway does not take.
/// </summary>
internal sealed class EncryptionKey : IDisposable
{
    private readonly RSA? _rsa;
    private readonly ECDiffieHellman? _ec;
    private readonly byte[]? _secret;

    private EncryptionKey(string keyId, RSA? rsa, ECDiffieHellman? ec, byte[]? secret)
    {
        KeyId = keyId;
        _rsa = rsa;
        _ec = ec;
        _secret = secret;
    }

    public string KeyId { get; }

    public static EncryptionKey Rsa(string keyId = "enc-rsa", int bits = 2048) => new(keyId, RSA.Create(bits), null, null);

    public static EncryptionKey Ec(string keyId = "enc-ec", string curve = "nistP256") =>
        new(keyId, null, ECDiffieHellman.Create(ECCurve.CreateFromFriendlyName(curve)), null);

    public static EncryptionKey Secret(int bytes, string keyId = "enc-secret") =>
        new(keyId, null, null, RandomNumberGenerator.GetBytes(bytes));

    public static string KeySet(params EncryptionKey[] keys) =>
        new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key.ToPrivateJwk())]) }.ToJsonString();

    public JsonObject ToPrivateJwk()
    {
        var jwk = new JsonObject { ["kid"] = KeyId, ["use"] = "enc" };
        if (_rsa is not null)
        {
            var key = _rsa.ExportParameters(true);
            jwk["kty"] = "RSA";
            foreach (var (name, number) in new (string, byte[]?)[]
            {
                ("n", key.Modulus), ("e", key.Exponent), ("d", key.D), ("p", key.P), ("q", key.Q), ("dp", key.DP), ("dq", key.DQ),
                ("qi", key.InverseQ),
            })
            {
                jwk[name] = Base64Url.EncodeToString(number);
            }
        }
        else if (_ec is not null)
        {
            var key = _ec.ExportParameters(true);
            jwk["kty"] = "EC";
            jwk["crv"] = $"P-{_ec.KeySize}";
            jwk["x"] = Base64Url.EncodeToString(key.Q.X);
            jwk["y"] = Base64Url.EncodeToString(key.Q.Y);
            jwk["d"] = Base64Url.EncodeToString(key.D);
        }
        else
        {
            jwk["kty"] = "oct";
            jwk["k"] = Base64Url.EncodeToString(_secret);
        }

        return jwk;
    }

    /// <summary>A JWE around the token, with the key's id and <c>cty</c>.</summary>
    /// <param name="headers">More members of the header, or other ones; null values leave members out.</param>
    public string Encrypt(
        string token, JweAlgorithm algorithm, JweEncryption encryption, IReadOnlyDictionary<string, object?>? headers = null,
        JweCompression? compression = null)
    {
        var all = new Dictionary<string, object> { ["kid"] = KeyId, ["cty"] = "JWT" };
        foreach (var (name, value) in headers ?? new Dictionary<string, object?>())
        {
            all.Remove(name);
            if (value is not null)
            {
                all[name] = value;
            }
        }

        return JWT.EncodeBytes(
            Encoding.UTF8.GetBytes(token), (object?)_rsa ?? (object?)_ec ?? _secret, algorithm, encryption, compression, all);
    }

    public void Dispose()
    {
        _rsa?.Dispose();
        _ec?.Dispose();
    }
}
