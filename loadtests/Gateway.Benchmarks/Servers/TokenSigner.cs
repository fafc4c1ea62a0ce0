using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.Benchmarks.Servers;

/// <summary>Signs one token after the other; not for several threads at once.</summary>
internal sealed class TokenSigner : IDisposable
{
    private readonly string _algorithm;
    private readonly RSA? _rsa;
    private readonly ECDsa? _ec;
    private readonly SigningKey? _ed25519;

    public TokenSigner(string folder, string algorithm)
    {
        _algorithm = algorithm;
        if (algorithm == "EdDSA")
        {
            _ed25519 = ComparedKeys.Ed25519(folder);
            return;
        }

        var key = File.ReadAllText(ComparedKeys.PrivateKey(folder, algorithm));
        if (algorithm == "RS256")
        {
            _rsa = RSA.Create();
            _rsa.ImportFromPem(key);
        }
        else
        {
            _ec = ECDsa.Create();
            _ec.ImportFromPem(key);
        }
    }

    public static string Sign(RSA key, JsonObject claims)
    {
        var input = Input("RS256", "at+jwt", claims);
        return Join(input, key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    public string Sign(JsonObject claims, string type = "at+jwt")
    {
        var input = Input(_algorithm, type, claims);
        var bytes = Encoding.ASCII.GetBytes(input);
        return Join(input, _ed25519?.Sign(_algorithm, bytes)
            ?? _rsa?.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            ?? _ec!.SignData(bytes, HashAlgorithmName.SHA256));
    }

    public void Dispose()
    {
        _rsa?.Dispose();
        _ec?.Dispose();
        _ed25519?.Dispose();
    }

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Input(string algorithm, string type, JsonObject claims) =>
        $"{Encode(JsonSerializer.Serialize(new { alg = algorithm, kid = algorithm, typ = type }))}.{Encode(claims.ToJsonString())}";

    private static string Join(string input, byte[] signature) => $"{input}.{Base64Url.EncodeToString(signature)}";
}
