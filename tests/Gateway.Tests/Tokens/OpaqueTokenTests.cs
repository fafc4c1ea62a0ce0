using Gateway.Jose;
using Gateway.Testing;
using Gateway.Tokens.Introspection;

namespace Gateway.Tests.Tokens;

/// <summary>Which tokens the issuer is asked about.</summary>
public sealed class OpaqueTokenTests
{
    [Theory]
    // RFC 6750 section 2.1, RFC 7662 section 2.1, and the forms of common servers.
    [InlineData("mF_9.B5f-4.1JqM")]
    [InlineData("2YotnFZFEjr1zCsicMWpAA")]
    [InlineData("ory_at_abc.def")]
    [InlineData("v4.public.eyJzdWIiOiJhIn0")]
    [InlineData("v4.public.eyJzdWIiOiJhIn0.Zm9v")]
    [InlineData("AQIC5wM2LY4SfczntBbXVEAoECEMN~+/==")]
    [InlineData("a.b.c.d.e")]
    public void Token_without_a_JOSE_header_is_opaque(string token)
    {
        OpaqueToken.Is(token).ShouldBeTrue();
        OpaqueToken.CheckForm(token).ShouldBeNull();
    }

    [Fact]
    public void Signed_or_encrypted_token_is_not()
    {
        var shop = new Shop();

        OpaqueToken.Is(shop.Token().Build()).ShouldBeFalse();
        OpaqueToken.Is(shop.Token().WithHeaderJson(" \r\n\t{\"alg\":\"RS256\"}").Build()).ShouldBeFalse();
        OpaqueToken.Is($"{TokenBuilder.Encode("{\"alg\":\"dir\"}")}..AA.AA.AA").ShouldBeFalse();
        // A server that splits at dots and drops empty parts reads these as the token before the dots.
        foreach (var end in new[] { ".", "..", "...", ".a" })
        {
            OpaqueToken.Is(shop.Token().Build() + end).ShouldBeFalse(end);
        }

        OpaqueToken.Is($"{TokenBuilder.Encode($"{{\"alg\":\"{new string('x', 2000)}\"}}")}.AA.AA").ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("a=b")]
    [InlineData("a b")]
    [InlineData("a,b")]
    [InlineData("a\u0000")]
    [InlineData("ä")]
    public void Text_that_no_bearer_token_can_be_is_malformed(string text) =>
        OpaqueToken.CheckForm(text).ShouldBe(RejectionReason.Malformed);

    [Fact]
    public void Long_text_is_too_large() =>
        OpaqueToken.CheckForm(new string('a', CompactToken.MaxLength + 1)).ShouldBe(RejectionReason.TooLarge);
}
