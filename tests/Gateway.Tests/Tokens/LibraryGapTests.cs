using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Gateway.Tests.Tokens;

/// <summary>
/// Tokens with a good signature that Microsoft.IdentityModel.JsonWebTokens accepts by default and we reject. The library's half of
/// each case is asserted too: when it grows stricter, the case says so.
/// </summary>
public sealed class LibraryGapTests
{
    private readonly Shop _shop = new();

    [Theory]
    [InlineData("crit", "[\"unknown\"]", "malformed")]
    [InlineData("crit", "[]", "malformed")]
    [InlineData("b64", "false", "malformed")]
    [InlineData("typ", "\"logout+jwt\"", "wrong_type")]
    [InlineData("typ", "\"anything\"", "wrong_type")]
    [InlineData("kid", "\"unknown\"", "unknown_key")]
    public async Task Header_that_the_library_overlooks_is_rejected(string member, string json, string decision)
    {
        await RejectedByUsAlone(_shop.Token().WithHeader(member, JsonNode.Parse(json)).Build(), decision);
    }

    [Fact]
    public async Task Members_that_occur_twice_are_rejected()
    {
        var good = _shop.Token();
        var claims = good.Claims.ToJsonString()[..^1];
        var header = good.Header.ToJsonString()[..^1];

        await RejectedByUsAlone(_shop.Token().WithClaimsJson($"{claims},\"sub\":\"mallory\"}}").Build(), "malformed");
        await RejectedByUsAlone(_shop.Token().WithClaimsJson($"{claims},\"exp\":{_shop.Clock.UnixSeconds + 999}}}").Build(), "malformed");
        await RejectedByUsAlone(_shop.Token().WithHeaderJson($"{header},\"alg\":\"RS256\"}}").Build(), "malformed");
    }

    [Theory]
    [InlineData("#")]
    [InlineData("}")]
    [InlineData("/*")]
    public async Task Bytes_after_the_payload_are_rejected(string suffix)
    {
        await RejectedByUsAlone(_shop.Token().WithClaimsJson(_shop.Token().Claims.ToJsonString() + suffix).Build(), "malformed");
    }

    [Fact]
    public async Task Padded_signature_is_rejected()
    {
        await RejectedByUsAlone(_shop.Token().Build() + "==", "malformed");
    }

    [Fact]
    public async Task Key_for_another_algorithm_is_rejected()
    {
        foreach (var (ofKey, ofToken) in new[] { ("PS256", "RS256"), ("RS256", "PS256") })
        {
            var jwk = TestKeys.Rsa.ToJwk();
            jwk["alg"] = ofKey;
            _shop.Publish(jwk);
            await RejectedByUsAlone(_shop.Token(ofToken).Build(), "unknown_key", jwk);
        }
    }

    [Fact]
    public async Task P256_key_with_ES384_is_rejected()
    {
        await RejectedByUsAlone(
            _shop.Token("ES256").WithHeader("alg", "ES384").SignedWith("ES384").Build(), "unknown_key", TestKeys.P256.ToJwk());
    }

    [Fact]
    public async Task Key_whose_operations_lack_verify_is_rejected()
    {
        var jwk = TestKeys.Rsa.ToJwk();
        jwk["key_ops"] = new JsonArray("encrypt");
        _shop.Publish(jwk, TestKeys.P256.ToJwk());

        await RejectedByUsAlone(_shop.Token().Build(), "unknown_key", jwk);
    }

    [Fact]
    public async Task Rsa_key_of_1024_bits_is_rejected()
    {
        using var small = SigningKey.Rsa("small", 1024);
        _shop.Publish(small.ToJwk(), TestKeys.P256.ToJwk());

        await RejectedByUsAlone(_shop.TokenSignedBy(small).Build(), "unknown_key", small.ToJwk());
    }

    [Fact]
    public async Task Audience_that_differs_by_a_slash_is_rejected()
    {
        await RejectedByUsAlone(_shop.Token().With("aud", "shop-api/").Build(), "wrong_audience");
    }

    [Theory]
    [InlineData("exp", -240, "expired")]
    [InlineData("nbf", 240, "not_yet_valid")]
    [InlineData("iat", 36_000, "not_yet_valid")]
    public async Task Time_that_the_library_forgives_is_rejected(string claim, int offset, string decision)
    {
        await RejectedByUsAlone(
            _shop.Token().With("iat", _shop.Clock.UnixSeconds - 600).With(claim, _shop.Clock.UnixSeconds + offset).Build(), decision);
    }

    [Fact]
    public async Task Expiry_in_a_string_is_rejected()
    {
        await RejectedByUsAlone(_shop.Token().With("exp", $"{_shop.Clock.UnixSeconds + 300}").Build(), "bad_claim");
    }

    private async Task RejectedByUsAlone(string token, string decision, JsonObject? jwk = null)
    {
        _shop.Decide(token).ShouldBe(decision);
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = Shop.Issuer,
            ValidAudience = "shop-api",
            IssuerSigningKey = new JsonWebKey((jwk ?? TestKeys.Rsa.ToJwk()).ToJsonString()),
        });
        result.IsValid.ShouldBeTrue(result.Exception?.Message);
    }
}
