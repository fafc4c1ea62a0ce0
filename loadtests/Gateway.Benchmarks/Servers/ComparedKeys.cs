using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.Benchmarks.Servers;

/// <summary>The key pairs of a run, in a folder, so that every process and the other proxies have the same.</summary>
internal static class ComparedKeys
{
    public const string Issuer = "https://idp.bench.test";
    public const string Audience = "shop-api";

    /// <summary>Makes what is missing: private keys for the signers, public ones for HAProxy, for the others a JWK Set.</summary>
    public static void Create(string folder)
    {
        Directory.CreateDirectory(folder);
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(PrivateKey(folder, "RS256")))
        {
            rsa.ImportFromPem(File.ReadAllText(PrivateKey(folder, "RS256")));
            ec.ImportFromPem(File.ReadAllText(PrivateKey(folder, "ES256")));
        }
        else
        {
            File.WriteAllText(PrivateKey(folder, "RS256"), rsa.ExportPkcs8PrivateKeyPem());
            File.WriteAllText(PrivateKey(folder, "ES256"), ec.ExportPkcs8PrivateKeyPem());
        }

        using var ed25519 = Ed25519(folder);
        File.WriteAllText(Path.Combine(folder, "RS256.public.pem"), rsa.ExportSubjectPublicKeyInfoPem());
        File.WriteAllText(Path.Combine(folder, "ES256.public.pem"), ec.ExportSubjectPublicKeyInfoPem());
        File.WriteAllText(KeySet(folder), new JsonObject { ["keys"] = new JsonArray(Jwk(rsa), Jwk(ec), Jwk(ed25519)) }.ToJsonString());
    }

    public static string PrivateKey(string folder, string algorithm) => Path.Combine(folder, $"{algorithm}.private.pem");

    /// <summary>The EdDSA key: its 32 secret bytes are in a file, since PEM files of it are not read by .NET.</summary>
    public static SigningKey Ed25519(string folder)
    {
        var file = Path.Combine(folder, "EdDSA.private.txt");
        if (!File.Exists(file))
        {
            File.WriteAllText(file, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        }

        return SigningKey.Ed25519("EdDSA", Convert.FromBase64String(File.ReadAllText(file)));
    }

    public static string KeySet(string folder) => Path.Combine(folder, "keys.json");

    /// <summary>The <c>iss</c> of the n-th issuer; the last of several is the one whose tokens are sent.</summary>
    public static string IssuerName(int index, int count) => index == count - 1 ? Issuer : $"{Issuer}/{index}";

    private static JsonObject Jwk(SigningKey key)
    {
        var jwk = key.ToJwk();
        jwk["alg"] = "EdDSA";
        return jwk;
    }

    private static JsonObject Jwk(RSA key)
    {
        var parameters = key.ExportParameters(false);
        return Jwk("RS256", "RSA", ("n", parameters.Modulus!), ("e", parameters.Exponent!));
    }

    private static JsonObject Jwk(ECDsa key)
    {
        var point = key.ExportParameters(false).Q;
        var jwk = Jwk("ES256", "EC", ("x", point.X!), ("y", point.Y!));
        jwk["crv"] = "P-256";
        return jwk;
    }

    private static JsonObject Jwk(string algorithm, string type, params (string Name, byte[] Value)[] numbers)
    {
        var jwk = new JsonObject { ["kid"] = algorithm, ["kty"] = type, ["use"] = "sig", ["alg"] = algorithm };
        foreach (var (name, value) in numbers)
        {
            jwk[name] = System.Buffers.Text.Base64Url.EncodeToString(value);
        }

        return jwk;
    }
}
