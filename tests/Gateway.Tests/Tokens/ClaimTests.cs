using System.Text.Json.Nodes;

namespace Gateway.Tests.Tokens;

/// <summary>The claims that the gateway gives a meaning, each in its exact JSON type.</summary>
public sealed class ClaimTests
{
    private readonly Shop _shop = new();

    public static TheoryData<string> Identifiers => ["sub", "jti", "sid", "client_id", "azp", "appid", "cid"];

    [Theory]
    [MemberData(nameof(Identifiers))]
    public void Identifier_that_is_no_text_is_a_bad_claim(string claim)
    {
        foreach (var json in new[] { "1", "true", "{}", "[]", "[\"alice\"]", "{\"a\":\"alice\"}" })
        {
            _shop.DecideClaim(claim, json).ShouldBe("bad_claim", json);
        }
    }

    [Theory]
    [MemberData(nameof(Identifiers))]
    public void Identifier_that_is_null_or_empty_counts_as_absent(string claim)
    {
        var strict = new Shop(profile => profile with { TokenTypes = ["at+jwt"] });
        var isRequired = claim is "sub" or "jti" or "client_id";
        foreach (var json in new[] { "null", "\"\"" })
        {
            _shop.DecideClaim(claim, json).ShouldBe(Shop.Accepted, json);
            strict.DecideClaim(claim, json).ShouldBe(isRequired ? "missing_claim" : Shop.Accepted, json);
        }

        var token =
            _shop.Accept(_shop.Token().With("sub", "").With("sid", null).With("jti", "").With("client_id", null).With("azp", "shop-web"));

        (token.Subject, token.SessionId, token.TokenId, token.ClientId).ShouldBe((null, null, null, "shop-web"));
    }

    [Theory]
    [InlineData("nbf")]
    [InlineData("iat")]
    [InlineData("cnf")]
    public void Null_in_an_optional_claim_counts_as_absent(string claim) => _shop.DecideClaim(claim, "null").ShouldBe(Shop.Accepted);

    [Theory]
    [InlineData("exp", "null", "bad_claim")]
    [InlineData("exp", "\"\"", "bad_claim")]
    [InlineData("iss", "null", "bad_claim")]
    [InlineData("aud", "null", "bad_claim")]
    [InlineData("aud", "\"\"", "wrong_audience")]
    public void Null_and_empty_text_do_not_satisfy_a_required_claim(string claim, string json, string decision) =>
        _shop.DecideClaim(claim, json).ShouldBe(decision);

    [Theory]
    [InlineData("alice\r\nX-Admin: true")]
    [InlineData("alice\0")]
    [InlineData("Zoë 😀")]
    [InlineData(" ")]
    public void Identifier_is_any_text(string text)
    {
        _shop.Accept(_shop.Token().With("sub", text)).Subject.ShouldBe(text);
    }

    [Theory]
    [InlineData("client_id", "azp")]
    [InlineData("azp", "appid")]
    [InlineData("appid", "cid")]
    public void Client_is_named_by_the_first_of_the_providers_claims(string first, string second)
    {
        var token = _shop.Token().Without("client_id").With(second, "second").With(first, "first");

        _shop.Accept(token).ClientId.ShouldBe("first");
        _shop.Accept(token.Without(first)).ClientId.ShouldBe("second");
        _shop.Accept(token.Without(second)).ClientId.ShouldBeNull();
    }

    [Theory]
    [InlineData("\"orders:read\"", "orders:read")]
    [InlineData("\"a b c\"", "a|b|c")]
    [InlineData("\"  a   b \"", "a|b")]
    [InlineData("\"\"", "")]
    [InlineData("\"Orders:Read\"", "Orders:Read")]
    [InlineData("\"a\\tb\"", "a\tb")]
    [InlineData("\"a,b\"", "a,b")]
    public void Scope_is_a_list_with_spaces(string json, string scopes)
    {
        foreach (var claim in new[] { "scope", "scp" })
        {
            var token = _shop.Token().Without("scope").With(claim, JsonNode.Parse(json));

            string.Join('|', _shop.Accept(token).Scopes).ShouldBe(scopes);
        }
    }

    [Theory]
    [InlineData("1")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[\"orders:read\",null]")]
    [InlineData("[[\"orders:read\"]]")]
    [InlineData("[\"orders:read orders:write\"]")]
    public void Scope_of_another_shape_is_a_bad_claim(string json)
    {
        _shop.DecideClaim("scope", json).ShouldBe("bad_claim");
    }

    [Theory]
    [InlineData("scope")]
    [InlineData("scp")]
    public void Scopes_may_be_an_array(string claim)
    {
        var token = _shop.Token().Without("scope").With(claim, new JsonArray("orders:read", "orders:write"));

        _shop.Accept(token).Scopes.ShouldBe(["orders:read", "orders:write"]);
        _shop.Accept(token.With(claim, new JsonArray())).Scopes.ShouldBeEmpty();
        _shop.Accept(token.With(claim, null)).Scopes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("1")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[null]")]
    [InlineData("[\"a\",[\"b\"]]")]
    [InlineData("[\"a b\"]")]
    public void Scp_of_another_shape_is_a_bad_claim(string json)
    {
        _shop.Decide(_shop.Token().Without("scope").With("scp", JsonNode.Parse(json))).ShouldBe("bad_claim");
    }

    [Fact]
    public void Scope_wins_over_scp()
    {
        _shop.Accept(_shop.Token().With("scope", "a").With("scp", "b")).Scopes.ShouldBe(["a"]);
    }

    [Fact]
    public void Token_without_scope_has_none()
    {
        _shop.Accept(_shop.Token().Without("scope")).Scopes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{\"jwk\":{}}")]
    [InlineData("{\"jkt\":null}")]
    [InlineData("{\"jkt\":\"\"}")]
    [InlineData("{\"jkt\":\"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4\"}")]
    [InlineData("{\"jkt\":\"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I=\"}")]
    [InlineData("{\"jkt\":\"0ZcOCORZNYy+DWpqq30jZyJGHTN0d2HglBV3uiguA4I\"}")]
    [InlineData("{\"jkt\":1,\"x5t#S256\":\"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0\"}")]
    [InlineData("{\"x5t#S256\":[]}")]
    [InlineData("{\"x5t\":\"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0\"}")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("true")]
    [InlineData("\"\"")]
    [InlineData("\"text\"")]
    public void Token_that_is_bound_to_what_the_gateway_cannot_check_is_rejected(string cnf)
    {
        _shop.DecideClaim("cnf", cnf).ShouldBe("bad_claim");
    }

    [Theory]
    [InlineData("{\"jkt\":\"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I\"}", true, false)]
    [InlineData("{\"x5t#S256\":\"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0\",\"jkt\":null}", false, true)]
    [InlineData(
        "{\"jkt\":\"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I\",\"x5t#S256\":\"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0\",\"kid\":\"x\"}",
        true, true)]
    public void Binding_is_read_once_with_the_claims(string cnf, bool hasKey, bool hasCertificate)
    {
        var binding = _shop.Accept(_shop.Token().With("cnf", JsonNode.Parse(cnf))).Binding.ShouldNotBeNull();

        (binding.Key is not null, binding.Certificate is not null).ShouldBe((hasKey, hasCertificate));
    }

    [Theory]
    [InlineData("alice", "shop-web", "user")]
    [InlineData("shop-web", "shop-web", "client")]
    [InlineData("Shop-web", "shop-web", "user")]
    [InlineData("alice", null, "user")]
    [InlineData(null, "shop-web", "user")]
    [InlineData(null, null, "user")]
    public void Subject_that_is_its_own_client_is_a_client(string? subject, string? client, string type)
    {
        var token = _shop.Token().Without("sub").Without("client_id");
        if (subject is not null)
        {
            token.With("sub", subject);
        }

        if (client is not null)
        {
            token.With("client_id", client);
        }

        _shop.Accept(token).SubjectType.ShouldBe(type);
    }

    [Fact]
    public void Accepted_token_carries_its_facts()
    {
        var token = _shop.Accept(_shop.Token().With("sid", "session-1").With("jti", "token-1"));

        token.Issuer.Name.ShouldBe("shop");
        token.Subject.ShouldBe("alice");
        token.ClientId.ShouldBe("shop-web");
        token.SessionId.ShouldBe("session-1");
        token.TokenId.ShouldBe("token-1");
        token.Claims.GetProperty("scope").GetString().ShouldBe("orders:read");
    }
}
