using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Gateway.Benchmarks.Servers;

/// <summary>
/// Signs the tokens of a run into files, one a line: <c>RS256.txt</c> and <c>ES256.txt</c>, all different, and <c>checks.json</c> with
/// one bad token of each kind. An RSA signature costs half a millisecond, so all cores sign and the files are kept between runs.
/// </summary>
internal static class TokensCommand
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    public static void Run(string folder, int count)
    {
        ComparedKeys.Create(folder);
        foreach (var algorithm in new[] { "RS256", "ES256", "EdDSA" })
        {
            var tokens = new string[count];
            Parallel.For(0, count, () => new TokenSigner(folder, algorithm), (i, _, signer) =>
            {
                tokens[i] = signer.Sign(Claims($"{algorithm}-{i}"));
                return signer;
            }, signer => signer.Dispose());
            File.WriteAllLines(Path.Combine(folder, $"{algorithm}.txt"), tokens);
        }

        File.WriteAllText(Path.Combine(folder, "checks.json"), Checks(folder).ToJsonString());
    }

    private static JsonObject Checks(string folder)
    {
        using var signer = new TokenSigner(folder, "RS256");
        using var other = RSA.Create(2048);
        var good = signer.Sign(Claims("good"));
        var now = Now();
        return new JsonObject
        {
            ["none"] = "",
            ["malformed"] = "not.a.token",
            ["bad signature"] = good[..good.LastIndexOf('.')] + "." + Base64Url.EncodeToString(new byte[256]),
            ["another key"] = TokenSigner.Sign(other, Claims("other")),
            ["alg none"] =
                $"{TokenSigner.Encode("""{"alg":"none","typ":"at+jwt"}""")}.{TokenSigner.Encode(Claims("alg-none").ToJsonString())}.",
            ["expired"] = signer.Sign(With(Claims("expired"), ("iat", now - 7200), ("exp", now - 3600))),
            ["wrong audience"] = signer.Sign(With(Claims("audience"), ("aud", "another-api"))),
            ["wrong issuer"] = signer.Sign(With(Claims("issuer"), ("iss", "https://evil.test"))),
            ["missing scope"] = signer.Sign(With(Claims("scope"), ("scope", "orders:none"))),
            ["wrong type"] = signer.Sign(Claims("type"), type: "logout+jwt"),
            ["revoked"] = signer.Sign(Claims("revoked")),
        };
    }

    public static JsonObject Claims(string id)
    {
        var now = Now();
        return new JsonObject
        {
            ["iss"] = ComparedKeys.Issuer,
            ["aud"] = ComparedKeys.Audience,
            ["sub"] = "248289761001",
            ["client_id"] = "shop-web",
            ["scope"] = "orders:read",
            ["roles"] = new JsonArray("ops", "admin"),
            ["iat"] = now,
            ["exp"] = now + (long)Lifetime.TotalSeconds,
            ["jti"] = id,
        };
    }

    public static JsonObject With(JsonObject claims, params (string Name, JsonNode Value)[] changes)
    {
        foreach (var (name, value) in changes)
        {
            claims[name] = value;
        }

        return claims;
    }

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
}
