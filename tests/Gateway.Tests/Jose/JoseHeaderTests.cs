using System.Text.Json.Nodes;
using Gateway.Tests.Tokens;

namespace Gateway.Tests.Jose;

/// <summary>RFC 7515 section 4.1 and RFC 8725 section 3.10: members of the header that ask for something we must not do.</summary>
public sealed class JoseHeaderTests
{
    private readonly Shop _shop = new();

    [Theory]
    [InlineData("[]")]
    [InlineData("[\"exp\"]")]
    [InlineData("[\"b64\"]")]
    [InlineData("[\"http://example.com/unknown\"]")]
    [InlineData("[\"alg\"]")]
    [InlineData("[1]")]
    [InlineData("\"exp\"")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("false")]
    public void Crit_is_rejected_whatever_it_lists(string crit)
    {
        _shop.DecideHeader("crit", crit).ShouldBe("malformed");
    }

    [Fact]
    public void Crit_that_lists_a_present_extension_is_rejected()
    {
        _shop.Decide(_shop.Token().WithHeader("crit", new JsonArray("exp")).WithHeader("exp", 1)).ShouldBe("malformed");
    }

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    [InlineData("null")]
    public void Unencoded_payload_option_is_rejected(string b64)
    {
        _shop.DecideHeader("b64", b64).ShouldBe("malformed");
        _shop.Decide(_shop.Token().WithHeader("b64", JsonNode.Parse(b64)).WithHeader("crit", new JsonArray("b64"))).ShouldBe("malformed");
    }

    [Theory]
    [InlineData("zip", "\"DEF\"")]
    [InlineData("p2c", "2147483647")]
    [InlineData("enc", "\"A256GCM\"")]
    [InlineData("cty", "\"JWT\"")]
    [InlineData("jku", "\"http://127.0.0.1:1/keys\"")]
    [InlineData("x5u", "\"http://127.0.0.1:1/cert\"")]
    [InlineData("x5t", "\"AAAA\"")]
    [InlineData("unknown", "{\"a\":[1]}")]
    public void Member_that_we_do_not_act_on_changes_nothing(string member, string json)
    {
        _shop.DecideHeader(member, json).ShouldBe(Shop.Accepted);
    }

    [Fact]
    public void Token_cannot_bring_its_own_key()
    {
        var forged = _shop.TokenSignedBy(TestKeys.OtherRsa)
            .WithHeader("jwk", TestKeys.OtherRsa.ToJwk())
            .WithHeader("jku", "https://attacker.example/keys");

        _shop.Decide(forged).ShouldBe("bad_signature");
        _shop.Decide(forged.WithHeader("kid", "attacker")).ShouldBe("unknown_key");
        _shop.Publish(TestKeys.P256.ToJwk());
        _shop.Decide(forged.WithoutHeader("kid")).ShouldBe("unknown_key");
    }

    [Fact]
    public void Token_cannot_bring_its_own_certificate()
    {
        var certificate = Convert.ToBase64String(TestKeys.OtherRsa.ExportPublicKey());
        var forged = _shop.TokenSignedBy(TestKeys.OtherRsa)
            .WithHeader("x5c", new JsonArray(certificate))
            .WithHeader("x5u", "https://attacker.example/cert");

        _shop.Decide(forged).ShouldBe("bad_signature");
        _shop.Decide(forged.WithHeader("kid", "attacker")).ShouldBe("unknown_key");
    }

    [Theory]
    [InlineData("")]
    [InlineData("RSA-1")]
    [InlineData("rsa-1 ")]
    [InlineData(" rsa-1")]
    [InlineData("rsa-1\0")]
    [InlineData("rsa-1\r\nSet-Cookie: a=b")]
    [InlineData("../../../../dev/null")]
    [InlineData("file:///etc/passwd")]
    [InlineData("' OR '1'='1")]
    [InlineData("x' UNION SELECT 'key';--")]
    [InlineData("*)(uid=*))(|(uid=*")]
    [InlineData("$(id)")]
    [InlineData("`id`")]
    [InlineData("| id")]
    [InlineData("${jndi:ldap://127.0.0.1/a}")]
    [InlineData("%72sa-1")]
    [InlineData("rsa\u200B-1")]
    [InlineData("\uD83D\uDE00")]
    public void Key_id_is_opaque_and_compared_exactly(string keyId)
    {
        _shop.Decide(_shop.Token().WithHeader("kid", keyId)).ShouldBe("unknown_key");
    }

    [Theory]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("[\"rsa-1\"]")]
    public void Key_id_that_is_not_a_string_is_malformed(string json)
    {
        _shop.DecideHeader("kid", json).ShouldBe("malformed");
    }

    [Theory]
    [InlineData(256, "unknown_key")]
    [InlineData(257, "malformed")]
    [InlineData(10_000, "too_large")]
    public void Key_id_has_at_most_256_characters(int length, string decision)
    {
        _shop.Decide(_shop.Token().WithHeader("kid", new string('k', length))).ShouldBe(decision);
    }

    [Fact]
    public void Key_id_written_with_escapes_is_the_same_key_id()
    {
        var header = _shop.Token().Header.ToJsonString().Replace("\"rsa-1\"", "\"\\u0072sa-1\"", StringComparison.Ordinal);

        _shop.Decide(_shop.Token().WithHeaderJson(header)).ShouldBe(Shop.Accepted);
    }

    [Fact]
    public void Claims_in_the_header_are_no_claims()
    {
        var replicated = _shop.Token().WithHeader("iss", "https://attacker.example").WithHeader("sub", "mallory").WithHeader("exp", 1);

        _shop.Accept(replicated).Subject.ShouldBe("alice");
        _shop.Decide(_shop.Token().Without("iss").WithHeader("iss", Shop.Issuer)).ShouldBe("missing_claim");
    }

    [Theory]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("[\"at+jwt\"]")]
    [InlineData("{}")]
    public void Type_that_is_not_a_string_is_malformed(string json)
    {
        _shop.DecideHeader("typ", json).ShouldBe("malformed");
    }
}
