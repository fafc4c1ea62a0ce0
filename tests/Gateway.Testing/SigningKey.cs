using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using NSec.Cryptography;

namespace Gateway.Testing;

/// <summary>An issuer's key pair or secret. Signs with any algorithm of its type, also those it should not be used with.</summary>
internal sealed class SigningKey : IDisposable
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _ec;
    private readonly byte[]? _secret;
    private readonly Key? _ed25519;

    private SigningKey(string keyId, RSA? rsa, ECDsa? ec, byte[]? secret, Key? ed25519 = null)
    {
        KeyId = keyId;
        _rsa = rsa;
        _ec = ec;
        _secret = secret;
        _ed25519 = ed25519;
    }

    public string KeyId { get; }

    public static SigningKey Rsa(string keyId = "rsa-1", int bits = 2048) => new(keyId, RSA.Create(bits), null, null);

    public static SigningKey Ec(string keyId = "ec-1", string curve = "nistP256") =>
        new(keyId, null, ECDsa.Create(ECCurve.CreateFromFriendlyName(curve)), null);

    public static SigningKey Ed25519(string keyId = "ed-1") => new(
        keyId, null, null, null,
        Key.Create(SignatureAlgorithm.Ed25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport }));

    /// <summary>The key of these 32 secret bytes, of a test vector.</summary>
    public static SigningKey Ed25519(string keyId, byte[] secret) =>
        new(keyId, null, null, null, Key.Import(SignatureAlgorithm.Ed25519, secret, KeyBlobFormat.RawPrivateKey));

    public static SigningKey Secret(byte[] secret, string keyId = "secret-1") => new(keyId, null, null, secret);

    /// <summary>The RSA key in a PEM file, made there when it is absent, for processes that must agree on a key.</summary>
    public static SigningKey FromFile(string path)
    {
        var rsa = RSA.Create(2048);
        if (File.Exists(path))
        {
            rsa.ImportFromPem(File.ReadAllText(path));
        }
        else
        {
            File.WriteAllText(path, rsa.ExportRSAPrivateKeyPem());
        }

        return new SigningKey("rsa-1", rsa, null, null);
    }

    /// <summary>The public JWK with kid, kty and its numbers; a test adds or breaks what it likes.</summary>
    public JsonObject ToJwk()
    {
        var jwk = new JsonObject { ["kid"] = KeyId, ["use"] = "sig" };
        if (_rsa is not null)
        {
            var parameters = _rsa.ExportParameters(false);
            jwk["kty"] = "RSA";
            jwk["n"] = Base64Url.EncodeToString(parameters.Modulus);
            jwk["e"] = Base64Url.EncodeToString(parameters.Exponent);
        }
        else if (_ec is not null)
        {
            var parameters = _ec.ExportParameters(false);
            jwk["kty"] = "EC";
            jwk["crv"] = $"P-{(_ec.KeySize == 521 ? 521 : _ec.KeySize)}";
            jwk["x"] = Base64Url.EncodeToString(parameters.Q.X);
            jwk["y"] = Base64Url.EncodeToString(parameters.Q.Y);
        }
        else if (_ed25519 is not null)
        {
            jwk["kty"] = "OKP";
            jwk["crv"] = "Ed25519";
            jwk["x"] = Base64Url.EncodeToString(_ed25519.PublicKey.Export(KeyBlobFormat.RawPublicKey));
        }
        else
        {
            jwk["kty"] = "oct";
            jwk["k"] = Base64Url.EncodeToString(_secret);
        }

        return jwk;
    }

    /// <summary>The JWK of an EC or Ed25519 key with its private half.</summary>
    public JsonObject ToPrivateJwk()
    {
        var jwk = ToJwk();
        jwk["d"] = Base64Url.EncodeToString(_ec?.ExportParameters(true).D ?? _ed25519!.Export(KeyBlobFormat.RawPrivateKey));
        return jwk;
    }

    /// <summary>A JWK Set with the private halves, as a key file holds it.</summary>
    public static string PrivateSet(params SigningKey[] keys) =>
        new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key.ToPrivateJwk())]) }.ToJsonString();

    /// <summary>The SubjectPublicKeyInfo, for tests that misuse a public key as a secret.</summary>
    public byte[] ExportPublicKey() => _rsa?.ExportSubjectPublicKeyInfo() ?? _ec!.ExportSubjectPublicKeyInfo();

    /// <summary>A self-signed certificate of the RSA key, in DER.</summary>
    public byte[] ToCertificate()
    {
        var request = new CertificateRequest("CN=provider", _rsa!, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate =
            request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddYears(1));
        return certificate.RawData;
    }

    public byte[] Sign(string algorithm, byte[] input)
    {
        var hash = algorithm[^3..] switch
        {
            "384" => HashAlgorithmName.SHA384,
            "512" => HashAlgorithmName.SHA512,
            _ => HashAlgorithmName.SHA256,
        };
        return algorithm[..2] switch
        {
            "PS" => _rsa!.SignData(input, hash, RSASignaturePadding.Pss),
            "ES" => _ec!.SignData(input, hash),
            "Ed" => SignatureAlgorithm.Ed25519.Sign(_ed25519!, input),
            "HS" => CryptographicOperations.HmacData(hash, _secret!, input),
            _ => _rsa!.SignData(input, hash, RSASignaturePadding.Pkcs1),
        };
    }

    public void Dispose()
    {
        _rsa?.Dispose();
        _ec?.Dispose();
        _ed25519?.Dispose();
    }
}
