using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Gateway.Testing;

/// <summary>Makes a DPoP proof (RFC 9449) that is good in every way, for a test to spoil in one.</summary>
internal sealed class ProofBuilder
{
    private readonly SigningKey _key;
    private readonly string _algorithm;

    public ProofBuilder(SigningKey key, TimeProvider? time = null, string algorithm = "ES256")
    {
        _key = key;
        _algorithm = algorithm;
        Header = new JsonObject { ["typ"] = "dpop+jwt", ["alg"] = algorithm, ["jwk"] = PublicKey(key) };
        Claims = new JsonObject
        {
            ["jti"] = Guid.NewGuid().ToString("N"),
            ["htm"] = "GET",
            ["htu"] = "",
            ["iat"] = (time ?? TimeProvider.System).GetUtcNow().ToUnixTimeSeconds(),
            ["ath"] = "",
        };
    }

    public JsonObject Header { get; }

    public JsonObject Claims { get; }

    /// <summary>The key without the members that say how it is used.</summary>
    public static JsonObject PublicKey(SigningKey key)
    {
        var jwk = key.ToJwk();
        jwk.Remove("kid");
        jwk.Remove("use");
        return jwk;
    }

    /// <summary>RFC 7638.</summary>
    public static string Thumbprint(SigningKey key)
    {
        var members = PublicKey(key)
            .OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => $"\"{member.Key}\":{member.Value!.ToJsonString()}");
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($"{{{string.Join(',', members)}}}")));
    }

    /// <summary>A GET with the scheme DPoP and these proofs, each in a header line of its own.</summary>
    public static HttpRequestMessage Request(HttpMethod method, string path, string token, params string[] proofs)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Authorization", $"DPoP {token}");
        foreach (var proof in proofs)
        {
            request.Headers.TryAddWithoutValidation("DPoP", proof);
        }

        return request;
    }

    public ProofBuilder For(HttpMethod method, string url, string token)
    {
        Claims["htm"] = method.Method;
        Claims["htu"] = url;
        Claims["ath"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token)));
        return this;
    }

    public ProofBuilder With(string claim, JsonNode? value)
    {
        Claims[claim] = value;
        return this;
    }

    public ProofBuilder Without(string claim)
    {
        Claims.Remove(claim);
        return this;
    }

    public ProofBuilder WithHeader(string member, JsonNode? value)
    {
        Header[member] = value;
        return this;
    }

    public string Build() => Build(Header.ToJsonString(), Claims.ToJsonString());

    /// <summary>Signs exactly these texts, JSON or not.</summary>
    public string Build(string header, string claims)
    {
        var input = $"{TokenBuilder.Encode(header)}.{TokenBuilder.Encode(claims)}";
        return $"{input}.{Base64Url.EncodeToString(_key.Sign(_algorithm, Encoding.ASCII.GetBytes(input)))}";
    }
}
