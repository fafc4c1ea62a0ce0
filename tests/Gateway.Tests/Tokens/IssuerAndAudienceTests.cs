using Gateway.Testing;

namespace Gateway.Tests.Tokens;

/// <summary>RFC 7519 sections 4.1.1 and 4.1.3, RFC 8725 sections 3.8 and 3.9: from whom, and for whom, to the letter.</summary>
public sealed class IssuerAndAudienceTests
{
    private const string Other = "https://idp.example.com/realms/other";

    private readonly Shop _shop = new();

    [Theory]
    [InlineData("https://idp.example.com/realms/shop/")]
    [InlineData("https://idp.example.com/realms/Shop")]
    [InlineData("https://IDP.example.com/realms/shop")]
    [InlineData("HTTPS://idp.example.com/realms/shop")]
    [InlineData("http://idp.example.com/realms/shop")]
    [InlineData("https://idp.example.com:443/realms/shop")]
    [InlineData("https://idp.example.com/realms/shop#")]
    [InlineData("https://idp.example.com/realms/shop?")]
    [InlineData("https://idp.example.com/realms/%73hop")]
    [InlineData("https://idp.example.com/realms/../realms/shop")]
    [InlineData("https://idp.example.com/realms/shop ")]
    [InlineData(" https://idp.example.com/realms/shop")]
    [InlineData("https://idp.example.com/realms/shop\0")]
    [InlineData("https://idp.example.com.attacker.example/realms/shop")]
    [InlineData("https://idp.example.com@attacker.example/realms/shop")]
    [InlineData("idp.example.com/realms/shop")]
    [InlineData("https://idp.example.com/realms/")]
    [InlineData("*")]
    [InlineData("shop")]
    [InlineData("")]
    public void Issuer_that_is_not_exactly_the_configured_one_is_unknown(string issuer)
    {
        _shop.Decide(_shop.Token().With("iss", issuer)).ShouldBe("unknown_issuer");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[\"https://idp.example.com/realms/shop\"]")]
    public void Issuer_that_is_not_a_string_is_a_bad_claim(string json)
    {
        _shop.DecideClaim("iss", json).ShouldBe("bad_claim");
    }

    [Fact]
    public void Missing_issuer_or_audience_is_a_missing_claim()
    {
        _shop.Decide(_shop.Token().Without("iss")).ShouldBe("missing_claim");
        _shop.Decide(_shop.Token().Without("aud")).ShouldBe("missing_claim");
    }

    [Fact]
    public void Key_of_one_issuer_never_verifies_a_token_of_another()
    {
        using var otherKey = SigningKey.Rsa("other-1");
        var other = new Shop(profile => profile with
        {
            Name = "other",
            Issuer = Other,
            Audiences = ["other-api"],
            Keys = new("other", profile.Keys.Source),
        });
        other.Publish(otherKey.ToJwk());
        var both = new Shop(null, other.Profile);

        both.Decide(both.Token()).ShouldBe(Shop.Accepted);
        both.Decide(both.TokenSignedBy(otherKey).With("iss", Other).With("aud", "other-api")).ShouldBe(Shop.Accepted);
        // The other issuer's key under our name, by its own key id, by ours, and without one.
        both.Decide(both.TokenSignedBy(otherKey)).ShouldBe("unknown_key");
        both.Decide(both.TokenSignedBy(otherKey).WithHeader("kid", TestKeys.Rsa.KeyId)).ShouldBe("bad_signature");
        both.Decide(both.TokenSignedBy(otherKey).WithoutHeader("kid")).ShouldBe("bad_signature");
        both.Decide(both.Token().With("iss", Other).With("aud", "other-api")).ShouldBe("unknown_key");
        // Each issuer has its own audiences.
        both.Decide(both.Token().With("aud", "other-api")).ShouldBe("wrong_audience");
    }

    [Theory]
    [InlineData("\"shop-api\"")]
    [InlineData("[\"shop-api\"]")]
    [InlineData("[\"other\",\"shop-api\"]")]
    [InlineData("[\"shop-api\",\"shop-api\"]")]
    [InlineData("[\"\",\"shop-api\"]")]
    public void Audience_that_names_us_is_accepted(string json)
    {
        _shop.DecideClaim("aud", json).ShouldBe(Shop.Accepted);
    }

    [Theory]
    [InlineData("\"other\"")]
    [InlineData("\"\"")]
    [InlineData("\"shop-api/\"")]
    [InlineData("\"Shop-Api\"")]
    [InlineData("\"shop-api \"")]
    [InlineData("\" shop-api\"")]
    [InlineData("\"shop-api other\"")]
    [InlineData("\"shop-api,other\"")]
    [InlineData("\"shop-ap\"")]
    [InlineData("\"shop-apis\"")]
    [InlineData("\"*\"")]
    [InlineData("\"shop-api\\u0000\"")]
    [InlineData("[\"other\"]")]
    [InlineData("[\"shop-api/\",\"SHOP-API\"]")]
    public void Audience_that_does_not_name_us_exactly_is_wrong(string json)
    {
        _shop.DecideClaim("aud", json).ShouldBe("wrong_audience");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("{\"shop-api\":true}")]
    [InlineData("[]")]
    [InlineData("[\"shop-api\",1]")]
    [InlineData("[1,\"shop-api\"]")]
    [InlineData("[\"shop-api\",null]")]
    [InlineData("[[\"shop-api\"]]")]
    public void Audience_of_another_shape_is_a_bad_claim(string json)
    {
        _shop.DecideClaim("aud", json).ShouldBe("bad_claim");
    }

    [Fact]
    public void Any_of_several_configured_audiences_will_do()
    {
        var shop = new Shop(profile => profile with { Audiences = ["a", "https://api.example.com/"] });

        shop.Decide(shop.Token().With("aud", "a")).ShouldBe(Shop.Accepted);
        shop.Decide(shop.Token().With("aud", "https://api.example.com/")).ShouldBe(Shop.Accepted);
        shop.Decide(shop.Token().With("aud", "https://api.example.com")).ShouldBe("wrong_audience");
    }
}
