using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Gateway.Tests.Tokens;

/// <summary>
/// What we accept, another implementation accepts too, with the same algorithms, clock and skew, and reads the same from it.
/// </summary>
public sealed class LibraryDifferentialTests
{
    private const int Variants = 1_000;

    private readonly Shop _shop = new();
    private readonly JsonWebTokenHandler _library = new() { MapInboundClaims = false };

    [Fact]
    public async Task Library_accepts_every_token_that_we_accept()
    {
        // Seldom is one accepted when every part may be spoiled, so most parts are drawn good.
        var accepted = 0;
        foreach (var token in TokenGen().Sample(Variants))
        {
            var result = _shop.Validate(token);
            if (!result.IsAccepted)
            {
                continue;
            }

            accepted++;
            var theirs = await _library.ValidateTokenAsync(token, Parameters());
            theirs.IsValid.ShouldBeTrue($"{token}: {theirs.Exception?.Message}");
            var read = (JsonWebToken)theirs.SecurityToken;
            (read.Subject is "" ? null : read.Subject).ShouldBe(result.Token.Subject, token);
            (read.Id is "" ? null : read.Id).ShouldBe(result.Token.TokenId, token);
            read.Issuer.ShouldBe(result.Token.Issuer.Issuer, token);
        }

        accepted.ShouldBeInRange(Variants / 20, Variants * 19 / 20);
    }

    private Gen<string> TokenGen()
    {
        var now = _shop.Clock.UnixSeconds;
        // Away from the bounds by more than the run can take, because the library has the clock of the machine.
        var past = Gen.Elements(-90_000, -3_600, -240, -30, 0, 30).Select(offset => (JsonNode?)JsonValue.Create(now + offset));
        var times = Gen.OneOf(past, Gen.Elements<string>("\"1\"", "null", "1e400", "-1", "1.5", "{}", "9999999999").Select(Parse));
        var algorithms = Gen.Elements("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");
        return
            from algorithm in algorithms
            from named in Mostly(algorithm, algorithms)
            from key in Mostly(TestKeys.For(algorithm).KeyId, Gen.Elements("rsa-1", "ec-256", "", "other"))
            from typ in Mostly("\"at+jwt\"", Gen.Elements("\"JWT\"", "\"jwt\"", "\"application/at+jwt\"", "\"logout+jwt\"", "1", "null"))
            from aud in Mostly(
                "\"shop-api\"", Gen.Elements("[\"shop-api\",\"x\"]", "[\"x\"]", "\"x\"", "[]", "null", "[\"shop-api\",1]", "{}"))
            from iss in Mostly($"\"{Shop.Issuer}\"", Gen.Elements("\"x\"", "null", $"[\"{Shop.Issuer}\"]", $"\"{Shop.Issuer}/\""))
            from sub in Mostly(
                "\"alice\"", Gen.Elements("\"Zoë\\u0000\\n\"", "\"\\ud83d\\ude00\"", "\"\\ud800\"", "1", "null", "\"\"", "{}"))
            from jti in Mostly("\"id\"", Gen.Elements("\"\\u0041\"", "1", "null"))
            from exp in Mostly((JsonNode?)JsonValue.Create(now + 900), times)
            from nbf in Mostly(null, times)
            from iat in Mostly((JsonNode?)JsonValue.Create(now - 10), times)
            from extra in Mostly(
                "",
                Gen.Elements(",\"sub\":\"b\"", ",\"\\u0073ub\":\"b\"", ",\"a\":{\"b\":[1,2]}", ",\"x\":1.5e3", ",\"crit\":[]", "}", " "))
            select Token(
                algorithm, named, key, $"\"typ\":{typ}", $"\"aud\":{aud},\"iss\":{iss},\"sub\":{sub},\"jti\":{jti}", exp, nbf, iat, extra);
    }

    private string Token(
        string algorithm, string named, string key, string typ, string claims, JsonNode? exp, JsonNode? nbf, JsonNode? iat, string extra)
    {
        // The library rejects a null in an optional claim; the gateway treats it as absent.
        var times = $"\"exp\":{exp?.ToJsonString() ?? "null"}{(iat is null ? "" : $",\"iat\":{iat.ToJsonString()}")}";
        var notBefore = nbf is null ? "" : $",\"nbf\":{nbf.ToJsonString()}";
        return _shop.Token(algorithm)
            .WithHeaderJson($"{{\"alg\":\"{named}\",\"kid\":\"{key}\",{typ}}}")
            .WithClaimsJson($"{{{claims},{times}{notBefore}{extra}}}")
            .Build();
    }

    private static JsonNode? Parse(string json) => json == "1e400" ? JsonValue.Create(double.MaxValue) : JsonNode.Parse(json);

    private static Gen<T> Mostly<T>(T good, Gen<T> other) => Gen.Frequency((9, Gen.Constant(good)), (1, other));

    private static TokenValidationParameters Parameters() => new()
    {
        ValidIssuer = Shop.Issuer,
        ValidAudience = "shop-api",
        ClockSkew = TimeSpan.FromMinutes(1),
        TryAllIssuerSigningKeys = false,
        ValidTypes = ["at+jwt", "JWT", "jwt", "application/at+jwt"],
        IssuerSigningKeys = [
            .. new[] { TestKeys.Rsa, TestKeys.P256, TestKeys.P384, TestKeys.P521 }.Select(key => new JsonWebKey(key.ToJwk().ToJsonString()))],
    };
}
