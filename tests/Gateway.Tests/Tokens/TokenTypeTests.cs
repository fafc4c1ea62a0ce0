using System.Text.Json.Nodes;

namespace Gateway.Tests.Tokens;

/// <summary>RFC 9068 section 4, RFC 8725 sections 3.11 and 3.12: an access token is not any other JWT of the same issuer and key.</summary>
public sealed class TokenTypeTests
{
    private readonly Shop _shop = new();

    [Theory]
    [InlineData("at+jwt")]
    [InlineData("AT+JWT")]
    [InlineData("At+Jwt")]
    [InlineData("application/at+jwt")]
    [InlineData("APPLICATION/AT+JWT")]
    [InlineData("JWT")]
    [InlineData("jwt")]
    [InlineData("application/jwt")]
    public void Listed_type_is_accepted_as_a_media_type_without_case(string type)
    {
        _shop.Decide(_shop.Token().WithHeader("typ", type)).ShouldBe(Shop.Accepted);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("at+jwt ")]
    [InlineData(" at+jwt")]
    [InlineData("at-jwt")]
    [InlineData("at jwt")]
    [InlineData("application/")]
    [InlineData("application/application/at+jwt")]
    [InlineData("text/at+jwt")]
    [InlineData("at+jwt; charset=utf-8")]
    [InlineData("JOSE")]
    [InlineData("JOSE+JSON")]
    [InlineData("JWS")]
    [InlineData("Bearer")]
    [InlineData("logout+jwt")]
    [InlineData("application/logout+jwt")]
    [InlineData("secevent+jwt")]
    [InlineData("dpop+jwt")]
    [InlineData("id+jwt")]
    [InlineData("rt+jwt")]
    [InlineData("oauth-authz-req+jwt")]
    [InlineData("token-introspection+jwt")]
    [InlineData("client-authentication+jwt")]
    [InlineData("kb+jwt")]
    [InlineData("entity-statement+jwt")]
    [InlineData("at+jwt\0")]
    public void Any_other_type_is_wrong(string type)
    {
        _shop.Decide(_shop.Token().WithHeader("typ", type)).ShouldBe("wrong_type");
    }

    [Fact]
    public void Absent_type_counts_as_jwt()
    {
        _shop.Decide(_shop.Token().WithoutHeader("typ")).ShouldBe(Shop.Accepted);
        var strict = new Shop(profile => profile with { TokenTypes = ["at+jwt"] });
        strict.Decide(strict.Token().WithoutHeader("typ")).ShouldBe("wrong_type");
        strict.Decide(strict.Token().WithHeader("typ", "JWT")).ShouldBe("wrong_type");
        strict.Decide(strict.Token()).ShouldBe(Shop.Accepted);
    }

    [Fact]
    public void Type_of_an_issuers_own_is_accepted_when_listed()
    {
        var shop = new Shop(profile => profile with { TokenTypes = ["shop+jwt"] });

        shop.Decide(shop.Token().WithHeader("typ", "application/shop+jwt")).ShouldBe(Shop.Accepted);
        shop.Decide(shop.Token()).ShouldBe("wrong_type");
    }

    [Theory]
    [InlineData("typ", "\"ID\"")]
    [InlineData("typ", "\"Refresh\"")]
    [InlineData("typ", "\"Offline\"")]
    [InlineData("typ", "\"Logout\"")]
    [InlineData("typ", "\"logout+jwt\"")]
    [InlineData("token_use", "\"id\"")]
    [InlineData("token_use", "\"refresh\"")]
    [InlineData("token_use", "\"Access\"")]
    [InlineData("token_use", "\"\"")]
    [InlineData("token_use", "null")]
    [InlineData("token_use", "[\"access\"]")]
    [InlineData("token_use", "{}")]
    [InlineData("token_type", "\"id_token\"")]
    [InlineData("token_type", "\"refresh_token\"")]
    [InlineData("type", "\"refresh\"")]
    [InlineData("token_kind", "\"rt\"")]
    [InlineData("at_hash", "\"AAAA\"")]
    [InlineData("c_hash", "\"AAAA\"")]
    [InlineData("s_hash", "\"AAAA\"")]
    [InlineData("at_hash", "null")]
    [InlineData("events", "{\"http://schemas.openid.net/event/backchannel-logout\":{}}")]
    [InlineData("events", "{}")]
    public void Mark_of_another_kind_of_token_in_the_payload_is_a_wrong_type(string claim, string json)
    {
        _shop.DecideClaim(claim, json).ShouldBe("wrong_type");
    }

    [Theory]
    [InlineData("typ", "\"Bearer\"")]
    [InlineData("typ", "\"JWT\"")]
    [InlineData("token_use", "\"access\"")]
    [InlineData("token_type", "\"Bearer\"")]
    [InlineData("type", "\"user\"")]
    [InlineData("events", "[\"order-created\"]")]
    [InlineData("nonce", "\"n\"")]
    public void What_providers_put_into_access_tokens_is_accepted(string claim, string json)
    {
        _shop.DecideClaim(claim, json).ShouldBe(Shop.Accepted);
    }

    [Theory]
    [InlineData("sub", "missing_claim")]
    [InlineData("client_id", "missing_claim")]
    [InlineData("iat", "missing_claim")]
    [InlineData("jti", "missing_claim")]
    [InlineData("iss", "missing_claim")]
    [InlineData("aud", "missing_claim")]
    [InlineData("exp", "missing_claim")]
    [InlineData("scope", Shop.Accepted)]
    public void Issuer_of_at_jwt_alone_must_send_what_rfc_9068_requires(string claim, string decision)
    {
        var strict = new Shop(profile => profile with { TokenTypes = ["at+jwt"] });

        strict.Decide(strict.Token().Without(claim)).ShouldBe(decision);
    }

    [Fact]
    public void Letter_case_of_the_configured_type_does_not_loosen_it()
    {
        var strict = new Shop(profile => profile with { TokenTypes = ["AT+JWT"] });

        strict.Decide(strict.Token().Without("jti")).ShouldBe("missing_claim");
    }

    [Theory]
    [InlineData("sub")]
    [InlineData("client_id")]
    [InlineData("iat")]
    [InlineData("jti")]
    [InlineData("scope")]
    public void Issuer_that_may_also_send_jwt_need_not(string claim)
    {
        _shop.Decide(_shop.Token().Without(claim)).ShouldBe(Shop.Accepted);
    }

    [Fact]
    public void Token_without_id_is_refused_where_the_issuer_must_send_one()
    {
        var shop = new Shop(profile => profile with { RequireTokenId = true });

        shop.Decide(shop.Token()).ShouldBe(Shop.Accepted);
        shop.Decide(shop.Token().Without("jti")).ShouldBe("missing_claim");
        shop.Decide(shop.Token().With("jti", "")).ShouldBe("bad_claim");
        shop.Decide(shop.Token().With("jti", JsonValue.Create(1))).ShouldBe("bad_claim");
    }
}
