using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Jose;
using Gateway.Testing;
using Gateway.Tokens;

namespace Gateway.Tests.Tokens;

public sealed class DpopProofTests
{
    // RFC 9449 section 7.1, figures 13 and 14.
    private const string OfTheStandard =
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCR"
        + "nMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIj"
        + "oiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTN"
        + "Fc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";

    [Fact]
    public void Proof_of_the_standard_is_read_and_verifies()
    {
        DpopProof.TryRead(OfTheStandard, out var proof).ShouldBeTrue();

        (proof!.Id, proof.Method, proof.Target, proof.IssuedAt, proof.Nonce)
            .ShouldBe(("e1j3V_bKic8-LAEB", "GET", "https://resource.example.org/protectedresource", 1_562_262_618, null));
        proof.TokenHash.ShouldBe(
            System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"u8)));
        proof.Key.TryImport(out var key).ShouldBeTrue();
        TokenParts.IsSigned(OfTheStandard, proof.Algorithm, key).ShouldBeTrue();
        TokenParts.IsSigned(OfTheStandard.Replace("LjA", "LjQ", StringComparison.Ordinal), proof.Algorithm, key).ShouldBeFalse();
    }

    [Theory]
    [InlineData("typ", "\"JWT\"")]
    [InlineData("typ", "\"at+jwt\"")]
    [InlineData("typ", "null")]
    [InlineData("alg", "\"none\"")]
    [InlineData("alg", "\"HS256\"")]
    [InlineData("alg", "\"es256\"")]
    [InlineData("jwk", "null")]
    [InlineData("jwk", "\"x\"")]
    [InlineData("crit", "[]")]
    [InlineData("b64", "true")]
    public void Proof_with_another_header_is_none(string member, string json) =>
        DpopProof.TryRead(Proof().WithHeader(member, JsonNode.Parse(json)).Build(), out _).ShouldBeFalse();

    [Theory]
    [InlineData("jti", "\"\"")]
    [InlineData("jti", "1")]
    [InlineData("jti", null)]
    [InlineData("htm", null)]
    [InlineData("htm", "[\"GET\"]")]
    [InlineData("htu", null)]
    [InlineData("htu", "{}")]
    [InlineData("iat", null)]
    [InlineData("iat", "\"1562262618\"")]
    [InlineData("iat", "-1")]
    [InlineData("iat", "1e300")]
    [InlineData("ath", null)]
    [InlineData("ath", "false")]
    [InlineData("nonce", "7")]
    [InlineData("nonce", "null")]
    public void Proof_with_a_claim_of_another_type_or_without_it_is_none(string claim, string? json)
    {
        var proof = json is null ? Proof().Without(claim) : Proof().With(claim, JsonNode.Parse(json));

        DpopProof.TryRead(proof.Build(), out _).ShouldBeFalse();
    }

    [Fact]
    public void Type_is_compared_as_a_media_type() =>
        DpopProof.TryRead(Proof().WithHeader("typ", "application/DPoP+JWT").Build(), out _).ShouldBeTrue();

    [Fact]
    public void Proof_is_bounded() =>
        DpopProof.TryRead(Proof().With("htu", $"https://a/{new string('a', DpopProof.MaxLength)}").Build(), out _).ShouldBeFalse();

    [Theory]
    [InlineData("{\"jti\":\"a\",\"jti\":\"b\",\"htm\":\"GET\",\"htu\":\"https://a/\",\"iat\":1,\"ath\":\"x\"}")]
    [InlineData("{\"jti\":\"a\",\"htm\":\"GET\",\"htu\":\"https://a/\",\"iat\":1,\"ath\":\"x\"} ")]
    [InlineData("[]")]
    public void Claims_are_strict_json(string claims) =>
        DpopProof.TryRead(Proof().Build(Proof().Header.ToJsonString(), claims), out _).ShouldBe(
            claims.EndsWith(' '), Encoding.UTF8.GetByteCount(claims).ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static ProofBuilder Proof() => new ProofBuilder(TestKeys.P256).For(HttpMethod.Get, "https://api.example.com/a", "token");
}
