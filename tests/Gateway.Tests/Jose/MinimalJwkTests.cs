using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Gateway.Jose;

namespace Gateway.Tests.Jose;

public sealed class MinimalJwkTests
{
    // The key of RFC 9449 section 4.2 and its thumbprint of section 6.1.
    private const string Ec =
        """{"kty":"EC","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA","crv":"P-256"}""";

    // RFC 7638 section 3.1.
    private const string Rsa =
        """
        {"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}
        """;

    [Theory]
    [InlineData(Ec, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")]
    [InlineData(Rsa, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")]
    [InlineData(
        """{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""",
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")]
    public void Thumbprint_is_that_of_the_standards(string jwk, string thumbprint)
    {
        MinimalJwk.TryRead(JsonElement.Parse(jwk), out var minimal).ShouldBeTrue();
        var hash = new byte[MinimalJwk.ThumbprintLength];
        minimal.HashTo(hash);

        Base64Url.EncodeToString(hash).ShouldBe(thumbprint);
    }

    [Theory]
    [InlineData(Ec)]
    [InlineData(Rsa)]
    public void Key_can_be_imported_from_what_is_hashed(string jwk)
    {
        MinimalJwk.TryRead(JsonElement.Parse(jwk), out var minimal).ShouldBeTrue();

        minimal.TryImport(out var key).ShouldBeTrue();
        key.ShouldNotBeNull().Algorithms.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("d")]
    [InlineData("p")]
    [InlineData("q")]
    [InlineData("dp")]
    [InlineData("dq")]
    [InlineData("qi")]
    [InlineData("oth")]
    [InlineData("k")]
    public void Key_with_a_member_of_its_private_half_is_none(string member)
    {
        foreach (var value in new[] { "\"AQAB\"", "null", "[]" })
        {
            MinimalJwk.TryRead(JsonElement.Parse($"{Ec[..^1]},\"{member}\":{value}}}"), out _).ShouldBeFalse(value);
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"kty":"oct","k":"AQAB"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AQAB"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AQAB","y":1}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AQAB","y":"a\"b"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AQAB","y":"AQA="}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AQAB","y":""}""")]
    [InlineData("""{"kty":["EC"],"crv":"P-256","x":"AQAB","y":"AQAB"}""")]
    [InlineData("""{"kty":"ec","crv":"P-256","x":"AQAB","y":"AQAB"}""")]
    [InlineData("""{"kty":"RSA","x5c":["AQAB"]}""")]
    public void What_is_no_public_key_is_not_read(string jwk) => MinimalJwk.TryRead(JsonElement.Parse(jwk), out _).ShouldBeFalse();

    [Fact]
    public void Point_that_is_not_on_the_curve_and_small_modulus_are_no_keys()
    {
        MinimalJwk.TryRead(JsonElement.Parse(Ec.Replace("9VE4", "9VE5", StringComparison.Ordinal)), out var elsewhere).ShouldBeTrue();
        MinimalJwk.TryRead(JsonElement.Parse("""{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZw","e":"AQAB"}"""), out var small).ShouldBeTrue();

        elsewhere.TryImport(out _).ShouldBeFalse();
        small.TryImport(out _).ShouldBeFalse();
        Encoding.ASCII.GetByteCount(small.Text).ShouldBe(small.Text.Length);
    }
}
