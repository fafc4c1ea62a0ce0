using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Identity;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Issuers.Introspection;

/// <summary>Opaque tokens through a whole gateway: what the issuer is asked, and what client and destination see.</summary>
public sealed class IntrospectionTests
{
    private const string Token = IntrospectingGateway.Token;

    [Fact]
    public async Task Destination_gets_the_identity_that_the_issuer_tells()
    {
        await using var parts = await IntrospectingGateway.StartAsync(
            edit: configuration => configuration.With("Gateway:Identity", """{ "Payload": { "Header": "X-Auth-Payload" } }"""));
        parts.Endpoint.Knows(Token, parts.Active());

        using var response = await parts.Gateway.GetAsync("/private/orders", Token);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        parts.Destination.Last.Header("X-Auth-Subject").ShouldBe("alice");
        parts.Destination.Last.Header("X-Auth-Scopes").ShouldBe("orders:read");
        parts.Destination.Last.Header("X-Auth-Issuer").ShouldBe(parts.Issuer.Issuer);
        parts.Destination.Last.Header("Authorization").ShouldBeNull();
        var payload =
            JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts.Destination.Last.Header("X-Auth-Payload")))!.AsObject();
        payload["sub"]!.GetValue<string>().ShouldBe("alice");
        payload.ContainsKey("active").ShouldBeFalse();
        var call = parts.Endpoint.Calls.ShouldHaveSingleItem();
        call.Form["token"].ShouldBe(Token);
        call.Form["token_type_hint"].ShouldBe("access_token");
        call.Authorization.ShouldBe($"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes("gate+way:p%26ss%3Aword"))}");
    }

    [Fact]
    public async Task Destination_gets_an_assertion_of_the_identity()
    {
        await using var parts = await IntrospectingGateway.StartAsync(
            edit: configuration => configuration.With(
                "Gateway:Identity:Assertion", """{ "KeyFile": "assertion.jwks", "Issuer": "https://api.example.com" }"""),
            files: new Dictionary<string, string> { ["assertion.jwks"] = SigningKey.PrivateSet(SigningKey.Ec("first")) });
        parts.Endpoint.Knows(Token, parts.Active());

        (await parts.StatusAsync()).ShouldBe(200);

        var claims = AssertionGateway.PayloadOf(parts.Destination.Last.Header(AssertionGateway.Header).ShouldNotBeNull());
        claims["sub"]!.GetValue<string>().ShouldBe("alice");
    }

    [Fact]
    public async Task Issuer_is_asked_once_for_a_token_that_is_used_again()
    {
        await using var parts = await IntrospectingGateway.StartAsync();
        parts.Endpoint.Knows(Token, parts.Active());

        for (var request = 0; request < 5; request++)
        {
            (await parts.StatusAsync()).ShouldBe(200);
        }

        parts.Endpoint.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Issuer_is_asked_once_for_requests_that_come_together()
    {
        await using var parts = await IntrospectingGateway.StartAsync(new JsonObject { ["Timeout"] = "00:00:30" });
        parts.Endpoint.Knows(Token, parts.Active());
        var gate = new TaskCompletionSource();
        parts.Endpoint.Handler = async (context, response) =>
        {
            await gate.Task;
            await FakeIntrospection.WriteAsync(context, response.ToJsonString());
        };

        var requests = Enumerable.Range(0, 20).Select(_ => parts.StatusAsync()).ToArray();
        await Eventually.TrueAsync(() => parts.Endpoint.Calls.Count > 0, "the issuer is asked");
        gate.SetResult();

        (await Task.WhenAll(requests)).ShouldAllBe(status => status == 200);
        parts.Endpoint.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Token_is_asked_about_again_after_CacheFor_and_never_kept_beyond_its_exp()
    {
        var clock = new ShiftedClock();
        await using var parts = await IntrospectingGateway.StartAsync(new JsonObject { ["CacheFor"] = "00:00:30" }, clock);
        var response = FakeIntrospection.Active(parts.Issuer.Issuer, clock);
        parts.Endpoint.Knows(Token, response);
        (await parts.StatusAsync()).ShouldBe(200);

        clock.Advance(TimeSpan.FromSeconds(20));
        (await parts.StatusAsync()).ShouldBe(200);
        parts.Endpoint.Calls.Count.ShouldBe(1);
        clock.Advance(TimeSpan.FromSeconds(11));
        (await parts.StatusAsync()).ShouldBe(200);
        parts.Endpoint.Calls.Count.ShouldBe(2);

        // It lives for five seconds more.
        clock.Advance(TimeSpan.FromSeconds(31));
        response["exp"] = clock.GetUtcNow().ToUnixTimeSeconds() + 5;
        (await parts.StatusAsync()).ShouldBe(200);
        parts.Endpoint.Calls.Count.ShouldBe(3);
        parts.Endpoint.Knows(Token, new JsonObject { ["active"] = false });
        clock.Advance(TimeSpan.FromSeconds(6));
        (await parts.DecideAsync()).ShouldBe((401, "inactive"));
    }

    [Fact]
    public async Task Inactive_token_is_rejected_and_not_asked_about_again_at_once()
    {
        var clock = new ShiftedClock();
        await using var parts = await IntrospectingGateway.StartAsync(time: clock);

        (await parts.DecideAsync()).ShouldBe((401, "inactive"));
        (await parts.DecideAsync()).ShouldBe((401, "inactive"));
        parts.Endpoint.Calls.Count.ShouldBe(1);

        parts.Endpoint.Knows(Token, FakeIntrospection.Active(parts.Issuer.Issuer, clock));
        clock.Advance(TimeSpan.FromSeconds(6));
        (await parts.StatusAsync()).ShouldBe(200);
        parts.Destination.Received.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("iss", "\"https://other.example\"", "unknown_issuer")]
    [InlineData("iss", "1", "unknown_issuer")]
    [InlineData("iss", "null", "unknown_issuer")]
    [InlineData("aud", "\"other-api\"", "wrong_audience")]
    [InlineData("aud", "{}", "bad_claim")]
    [InlineData("exp", "1", "expired")]
    [InlineData("exp", "\"tomorrow\"", "bad_claim")]
    [InlineData("exp", "99999999999", "lifetime_too_long")]
    [InlineData("nbf", "99999999999", "not_yet_valid")]
    [InlineData("sub", "1", "bad_claim")]
    [InlineData("scope", "{}", "bad_claim")]
    [InlineData("token_type", "\"refresh_token\"", "wrong_type")]
    [InlineData("token_type", "\"N_A\"", "wrong_type")]
    [InlineData("typ", "\"Refresh\"", "wrong_type")]
    [InlineData("token_use", "\"refresh_token\"", "wrong_type")]
    public async Task Claim_of_the_response_is_checked_like_that_of_a_signed_token(string claim, string json, string reason)
    {
        await using var parts = await IntrospectingGateway.StartAsync();
        var response = parts.Active();
        response[claim] = JsonNode.Parse(json);
        parts.Endpoint.Knows(Token, response);

        (await parts.DecideAsync()).ShouldBe((401, reason));
        (await parts.DecideAsync()).ShouldBe((401, reason));
        parts.Endpoint.Calls.Count.ShouldBe(1);
        parts.Destination.Received.Count.ShouldBe(0);
    }

    /// <summary>What the introspection endpoints of products leave out or add.</summary>
    [Theory]
    [InlineData("iss", null)]
    [InlineData("exp", null)]
    [InlineData("iat", null)]
    [InlineData("jti", null)]
    [InlineData("token_type", null)]
    [InlineData("token_type", "\"bearer\"")]
    [InlineData("token_use", "\"access_token\"")]
    [InlineData("typ", "\"Bearer\"")]
    [InlineData("username", "\"alice\"")]
    [InlineData("realm_access", """{"roles":["a"]}""")]
    public async Task Response_that_honest_servers_send_passes(string claim, string? json)
    {
        await using var parts = await IntrospectingGateway.StartAsync();
        var response = parts.Active();
        response.Remove(claim);
        if (json is not null)
        {
            response[claim] = JsonNode.Parse(json);
        }

        parts.Endpoint.Knows(Token, response);

        (await parts.StatusAsync()).ShouldBe(200);
        (await parts.StatusAsync()).ShouldBe(200);
        parts.Endpoint.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Token_of_a_listed_client_needs_no_audience_but_the_word_that_it_is_an_access_token()
    {
        await using var parts = await IntrospectingGateway.StartAsync(
            edit: configuration => configuration.With("Gateway:Issuers:shop:ClientIds", """["shop-web"]"""));
        var access = parts.Active();
        access.Remove("aud");
        // What npm oidc-provider says about a refresh token.
        var refresh = access.DeepClone().AsObject();
        refresh.Remove("token_type");
        parts.Endpoint.Knows("access", access).Knows("refresh", refresh);

        (await parts.StatusAsync("access")).ShouldBe(200);
        (await parts.DecideAsync("refresh")).ShouldBe((401, "wrong_type"));
    }

    [Theory]
    [InlineData("eyJhbGciOiJub25lIn0.e30.", "malformed")]
    [InlineData("eyJhbGciOiJSUzI1NiJ9.e30.AA", "missing_claim")]
    [InlineData("eyJhbGciOiJkaXIifQ..AA.AA.AA", "malformed")]
    [InlineData("IHsiYWxnIjoibm9uZSJ9.e30.AA", "unsupported_algorithm")]
    [InlineData("not a token", "malformed")]
    [InlineData("tab\ttoken", "malformed")]
    [InlineData("a=b", "malformed")]
    [InlineData("===", "malformed")]
    public async Task Text_that_is_no_opaque_token_is_not_sent_to_the_issuer(string token, string reason)
    {
        await using var parts = await IntrospectingGateway.StartAsync();

        (await parts.DecideAsync(token)).ShouldBe((401, reason));
        parts.Endpoint.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Signed_token_of_the_issuer_is_verified_without_asking()
    {
        await using var parts = await IntrospectingGateway.StartAsync();

        (await parts.StatusAsync(parts.Issuer.Token().Build())).ShouldBe(200);
        parts.Endpoint.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Policies_and_revocations_apply_as_to_a_signed_token()
    {
        await using var parts = await IntrospectingGateway.StartAsync(edit: configuration => configuration
            .With("Gateway:Policies:writers", """{ "Scopes": { "All": ["orders:write"] } }""")
            .With("Gateway:Policies:admin", """{ "Scopes": { "All": ["gateway:admin"] } }""")
            .With("Gateway:Management:Policy", "\"admin\"")
            .With("ReverseProxy:Routes:writes", TestGateway.Route("writers", "/writes/{**rest}").ToJsonString()));
        parts.Endpoint.Knows(Token, parts.Active());
        (await parts.StatusAsync()).ShouldBe(200);

        using var write = await parts.Gateway.GetAsync("/writes/orders", Token);
        write.StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        using var admin = new HttpClient { BaseAddress = new Uri(parts.Gateway.ManagementAddress) };
        admin.DefaultRequestHeaders.Add("Authorization", $"Bearer {parts.Issuer.Token().With("scope", "gateway:admin").Build()}");
        using var body = new StringContent(
            $$"""{ "kind": "sub", "issuer": "{{parts.Issuer.Issuer}}", "value": "alice" }""", Encoding.UTF8, "application/json");
        using var revoked = await admin.PostAsync("/admin/revocations", body);
        revoked.IsSuccessStatusCode.ShouldBeTrue(await revoked.Content.ReadAsStringAsync());

        await Eventually.TrueAsync(async () => await parts.DecideAsync() == (401, "revoked"), "the revocation is in effect");
        parts.Endpoint.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Endpoint_is_found_in_the_metadata_of_the_issuer()
    {
        await using var parts = await IntrospectingGateway.StartAsync(new JsonObject { ["Endpoint"] = null });
        parts.Issuer.MetadataHandler = context => FakeIntrospection.WriteAsync(context, new JsonObject
        {
            ["issuer"] = parts.Issuer.Issuer,
            ["jwks_uri"] = parts.Issuer.JwksUri,
            ["introspection_endpoint"] = parts.Endpoint.Address,
        }.ToJsonString());
        parts.Endpoint.Knows(Token, parts.Active());

        (await parts.StatusAsync()).ShouldBe(200);
        parts.Endpoint.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Gateway_authenticates_with_its_private_key()
    {
        using var key = EncryptionKey.Ec("client-key");
        var jwk = key.ToPrivateJwk();
        jwk.Remove("use");
        await using var parts = await IntrospectingGateway.StartAsync(
            new JsonObject { ["SecretFile"] = null, ["KeyFile"] = "client.jwk" },
            files: new Dictionary<string, string> { ["client.jwk"] = jwk.ToJsonString() });
        parts.Endpoint.Knows(Token, parts.Active());

        (await parts.StatusAsync()).ShouldBe(200);

        var (authorization, form, _) = parts.Endpoint.Calls.ShouldHaveSingleItem();
        authorization.ShouldBeEmpty();
        form["client_assertion_type"].ShouldBe("urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        var claims = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(form["client_assertion"].Split('.')[1]))!;
        claims["iss"]!.GetValue<string>().ShouldBe("gate way");
        claims["sub"]!.GetValue<string>().ShouldBe("gate way");
        claims["aud"]!.GetValue<string>().ShouldBe(parts.Issuer.Issuer);
        claims["jti"]!.GetValue<string>().Length.ShouldBe(32);
        JsonNode.Parse(
            System.Buffers.Text.Base64Url.DecodeFromChars(
                form["client_assertion"].Split('.')[0]))!["kid"]!.GetValue<string>().ShouldBe("client-key");
    }

    [Fact]
    public async Task Administrator_sees_why_a_token_is_rejected_and_where_it_is_asked_about()
    {
        await using var parts = await IntrospectingGateway.StartAsync(edit: configuration => configuration
            .With(
                "Gateway:Policies:admin", """{ "Scopes": { "All": ["gateway:admin"] } }""").With("Gateway:Management:Policy", "\"admin\""));
        var response = parts.Active();
        response["aud"] = "other-api";
        parts.Endpoint.Knows(Token, response);
        using var admin = new HttpClient { BaseAddress = new Uri(parts.Gateway.ManagementAddress) };
        admin.DefaultRequestHeaders.Add("Authorization", $"Bearer {parts.Issuer.Token().With("scope", "gateway:admin").Build()}");

        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = Token, ["route"] = "private" });
        using var explained = await admin.PostAsync("/admin/explain", form);
        var explanation = JsonNode.Parse(await explained.Content.ReadAsStringAsync())!;
        var issuers = JsonNode.Parse(await admin.GetStringAsync("/admin/issuers"))!;

        explanation["reason"]!.GetValue<string>().ShouldBe("wrong_audience");
        explanation["checks"]!.AsArray().ShouldContain(check => check!["check"]!.GetValue<string>() == "introspection"
            && check["outcome"]!.GetValue<string>() == "passed");
        issuers[0]!["introspection"]!["endpoint"]!.GetValue<string>().ShouldBe(parts.Endpoint.Address);
    }
}
