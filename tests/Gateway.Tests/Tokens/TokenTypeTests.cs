using System.Text.Json.Nodes;
using Gateway.Testing;

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
    [InlineData("token_use", "[\"access\"]")]
    [InlineData("token_use", "{}")]
    [InlineData("token_type", "\"id_token\"")]
    [InlineData("token_type", "\"refresh_token\"")]
    [InlineData("type", "\"refresh\"")]
    [InlineData("token_kind", "\"rt\"")]
    [InlineData("at_hash", "\"AAAA\"")]
    [InlineData("c_hash", "\"AAAA\"")]
    [InlineData("s_hash", "\"AAAA\"")]
    [InlineData("events", "{\"http://schemas.openid.net/event/backchannel-logout\":{}}")]
    [InlineData("events", "{}")]
    [InlineData("tok_type", "\"IT\"")]
    [InlineData("tokenName", "\"id_token\"")]
    [InlineData("tty", "\"id\"")]
    [InlineData("typ", "\"Serialized-ID\"")]
    [InlineData("typ", "\"RegistrationAccessToken\"")]
    [InlineData("type", "\"refreshToken\"")]
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
    [InlineData("""{ "nonce": "n-0S6_WzA2Mj" }""")]
    [InlineData("""{ "nonce": "n", "azp": "shop-web", "acr": "1", "auth_time": 1700000000, "amr": ["pwd"], "email": "a@example.com" }""")]
    [InlineData("""{ "nonce": "n", "ver": 1, "idp": "00o1", "preferred_username": "a" }""")]
    [InlineData("""{ "nonce": "n", "uid": "a", "groups": ["staff"] }""")]
    [InlineData("""{ "nonce": "n", "scope": ["openid"], "azp": "shop-web", "cid": "shop-web" }""")]
    [InlineData("""{ "nonce": "n", "scope": "" }""")]
    [InlineData("""{ "nonce": 7 }""")]
    [InlineData("""{ "nonce": "n", "typ": "ID", "scope": "openid" }""")]
    [InlineData("""{ "nonce": "n", "token_use": "id", "scope": "openid" }""")]
    [InlineData("""{ "at_hash": "AAAA", "scope": "openid" }""")]
    [InlineData("""{ "ver": "2.0", "tid": "t", "oid": "o", "preferred_username": "a@example.com", "name": "A" }""")]
    [InlineData("""{ "ver": "1.0", "tid": "t", "oid": "o", "unique_name": "a@example.com", "amr": ["pwd"] }""")]
    [InlineData("""{ "ver": "2.0", "tid": "t", "oid": "o", "roles": ["admin"], "name": "A" }""")]
    public void Id_token_for_a_listed_audience_is_a_wrong_type(string claims)
    {
        _shop.Decide(WithClaims(claims)).ShouldBe("wrong_type");
    }

    [Theory]
    [InlineData("""{ "nonce": "n", "typ": "Bearer", "azp": "shop-web" }""")]
    [InlineData("""{ "nonce": "n", "typ": "bearer" }""")]
    [InlineData("""{ "nonce": "n", "tokenName": "access_token", "token_type": "Bearer", "scope": ["write"] }""")]
    [InlineData("""{ "nonce": "n", "scp": "demo.read", "azp": "shop-web", "ver": "1.0", "tfp": "B2C_1_susi" }""")]
    [InlineData("""{ "nonce": "n", "scope": "openid profile" }""")]
    [InlineData("""{ "nonce": "n", "azp": "shop-web", "uid": "u" }""")]
    [InlineData("""{ "nonce": "n", "token_use": "access" }""")]
    [InlineData("""{ "ver": "2.0", "tid": "t", "oid": "o", "azp": "shop-web", "azpacr": "0", "scp": "orders.read" }""")]
    [InlineData("""{ "ver": "1.0", "tid": "t", "oid": "o", "appid": "shop-web", "appidacr": "1", "roles": ["orders.read"] }""")]
    [InlineData("""{ "ver": "3", "tid": "t", "oid": "o" }""")]
    [InlineData("""{ "at_hash": null, "c_hash": null, "nonce": null, "token_use": null, "typ": null, "events": null }""")]
    [InlineData("""{ "identity_nonce": "n", "type": "app" }""")]
    public void Access_token_that_looks_like_an_id_token_passes(string claims)
    {
        _shop.Decide(WithClaims(claims)).ShouldBe(Shop.Accepted);
    }

    [Theory]
    [InlineData("at+jwt", Shop.Accepted)]
    [InlineData("application/at+jwt", Shop.Accepted)]
    [InlineData("JWT", "wrong_type")]
    public void Nonce_does_not_matter_in_a_token_of_the_type_of_rfc_9068(string type, string decision)
    {
        _shop.Decide(WithClaims("""{ "nonce": "n" }""").WithHeader("typ", type)).ShouldBe(decision);
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

    /// <summary>A token of type JWT with these claims beside <c>iss</c>, <c>aud</c>, <c>sub</c> and times.</summary>
    private TokenBuilder WithClaims(string claims)
    {
        var token = _shop.Token().WithHeader("typ", "JWT").Without("scope").Without("client_id");
        foreach (var (name, value) in JsonNode.Parse(claims)!.AsObject())
        {
            token.With(name, value?.DeepClone());
        }

        return token;
    }

    [Fact]
    public void Token_without_id_is_rejected_where_the_issuer_must_send_one()
    {
        var shop = new Shop(profile => profile with { RequireTokenId = true });

        shop.Decide(shop.Token()).ShouldBe(Shop.Accepted);
        shop.Decide(shop.Token().Without("jti")).ShouldBe("missing_claim");
        shop.Decide(shop.Token().With("jti", "")).ShouldBe("missing_claim");
        shop.Decide(shop.Token().With("jti", JsonValue.Create(1))).ShouldBe("bad_claim");
    }
}
