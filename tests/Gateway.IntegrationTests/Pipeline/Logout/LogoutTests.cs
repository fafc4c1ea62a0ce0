using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Management;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Logout;

public sealed class LogoutGateway : StandardGateway
{
    private protected override void Configure(JsonObject configuration) => configuration
        .With("Gateway:Issuers:shop:BackChannelLogout", """{ "ClientIds": ["shop-web", "shop-app"] }""")
        .With("ReverseProxy:Routes:all", TestGateway.Route("Anonymous", "/{**rest}"));
}

/// <summary>OpenID Connect Back-Channel Logout 1.0: a logout at the issuer ends access here.</summary>
public sealed class LogoutTests : IClassFixture<LogoutGateway>
{
    private readonly StandardGateway _parts;
    private readonly TestGateway _gateway;
    private readonly string _name = Guid.NewGuid().ToString("N");

    public LogoutTests(LogoutGateway parts)
    {
        _parts = parts;
        _gateway = parts.Gateway;
        parts.Reset();
    }

    [Fact]
    public async Task Session_and_subject_of_the_token_are_out_and_nobody_else()
    {
        var session = _parts.Issuer.Token().With("sid", _name).With("sub", _name + "x").Build();
        var subject = _parts.Issuer.Token().With("sub", _name).Build();
        var other = _parts.Issuer.Token().With("sub", _name + "y").With("sid", _name + "y").Build();
        await _gateway.ShouldAnswerAsync(session, 200);
        await _gateway.ShouldAnswerAsync(subject, 200);
        _parts.Destination.Forget();

        var (status, body) = await _gateway.LogOutAsync(Logout(_name, _name).Build());

        status.ShouldBe(200);
        body.ShouldBeNull();
        _parts.Destination.Received.ShouldBeEmpty("no route sees a logout token");
        await _gateway.ShouldAnswerAsync(session, 401);
        await _gateway.ShouldAnswerAsync(subject, 401);
        await _gateway.ShouldAnswerAsync(other, 200);
        var entries = (await _gateway.ListAsync($"?value={_name}")).Entries;
        entries.Select(entry => entry["kind"]!.GetValue<string>()).ShouldBe(["sub", "sid"]);
        entries.ShouldAllBe(entry => entry["reason"]!.GetValue<string>() == "back-channel logout"
            && entry["by"]!.GetValue<string>() == "issuer=shop");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Session_or_subject_alone_is_enough(bool isSession)
    {
        var token = _parts.Issuer.Token().With(isSession ? "sid" : "sub", _name).Build();
        await _gateway.ShouldAnswerAsync(token, 200);

        (await _gateway.LogOutAsync(Logout(isSession ? null : _name, isSession ? _name : null).Build())).Status.ShouldBe(200);

        await _gateway.UntilAsync(token, 401);
    }

    [Fact]
    public async Task Login_after_the_logout_counts()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        (await _gateway.LogOutAsync(Logout(_name, null).With("iat", now - 5).Build())).Status.ShouldBe(200);
        await _gateway.UntilAsync(_parts.Issuer.Token().With("sub", _name).With("iat", now - 5).Build(), 401);

        await _gateway.ShouldAnswerAsync(_parts.Issuer.Token().With("sub", _name).With("iat", now - 4).Build(), 200);
    }

    [Fact]
    public async Task Replayed_token_is_rejected()
    {
        using var tokens = new MetricCapture(_gateway, "gateway.logout.tokens");
        var token = Logout(_name, _name).Build();
        (await _gateway.LogOutAsync(token)).Status.ShouldBe(200);

        (await _gateway.LogOutAsync(token)).ShouldBeRejected("replayed.");
        tokens.Measurements.ShouldBe(["1 issuer=shop result=done", "1 issuer=shop result=replayed"]);
    }

    [Theory]
    [InlineData("typ", "\"at+jwt\"", "wrong_type.")]
    [InlineData("typ", "\"secevent+jwt\"", "wrong_type.")]
    [InlineData("alg", "\"none\"", "unsupported_algorithm.")]
    [InlineData("alg", "\"HS256\"", "unsupported_algorithm.")]
    [InlineData("kid", "\"ec-1\"", "unknown_key.")]
    [InlineData("crit", "[\"exp\"]", "malformed.")]
    public async Task Header_that_is_not_one_of_a_logout_token_is_rejected(string member, string json, string reason)
    {
        (await _gateway.LogOutAsync(Logout(_name, _name).WithHeader(member, JsonNode.Parse(json)).Build())).ShouldBeRejected(reason);
        await ShouldBeInAsync();
    }

    [Theory]
    [InlineData("iss", "\"https://other.example\"", "unknown_issuer.")]
    [InlineData("iss", null, "missing_claim.")]
    [InlineData("aud", "\"shop-api\"", "wrong_audience.")]
    [InlineData("aud", "[\"other\"]", "wrong_audience.")]
    [InlineData("aud", null, "missing_claim.")]
    [InlineData("iat", null, "missing_claim.")]
    [InlineData("iat", "\"1\"", "bad_claim.")]
    [InlineData("iat", "4000000000", "not_yet_valid.")]
    [InlineData("exp", null, "missing_claim.")]
    [InlineData("exp", "1000000000", "expired.")]
    [InlineData("exp", "4000000000", "lifetime_too_long.")]
    [InlineData("jti", null, "missing_claim.")]
    [InlineData("jti", "\"\"", "missing_claim.")]
    [InlineData("events", null, "wrong_type.")]
    [InlineData("events", "[\"http://schemas.openid.net/event/backchannel-logout\"]", "wrong_type.")]
    [InlineData("events", "\"http://schemas.openid.net/event/backchannel-logout\"", "wrong_type.")]
    [InlineData("events", "{ \"http://schemas.openid.net/event/backchannel-logout\": true }", "wrong_type.")]
    [InlineData("events", "{ \"http://schemas.openid.net/event/other\": {} }", "wrong_type.")]
    [InlineData("nonce", "\"n\"", "wrong_type.")]
    [InlineData("nonce", "null", "wrong_type.")]
    [InlineData("sub", "7", "bad_claim.")]
    [InlineData("sid", "\"\"", "bad_claim.")]
    public async Task Claims_that_are_not_those_of_a_logout_token_are_rejected(string claim, string? json, string reason)
    {
        var token = Logout(_name, _name).Without(claim);
        var claims = token.Claims.ToJsonString();
        token.WithClaimsJson(json is null ? claims : $"{claims[..^1]},\"{claim}\":{json}}}");

        (await _gateway.LogOutAsync(token.Build())).ShouldBeRejected(reason);
        await ShouldBeInAsync();
    }

    [Fact]
    public async Task Token_about_nobody_is_rejected()
    {
        (await _gateway.LogOutAsync(Logout(null, null).Build())).ShouldBeRejected("missing_claim.");
    }

    [Fact]
    public async Task Forged_token_is_rejected()
    {
        using var stranger = SigningKey.Rsa("rsa-1");
        (await _gateway.LogOutAsync(new TokenBuilder(stranger, _parts.Issuer.Issuer).AsLogout(subject: _name).Build())).ShouldBeRejected("bad_signature.");
        (await _gateway.LogOutAsync(Logout(_name, _name).Build()[..^5])).ShouldBeRejected("malformed.");
        (await _gateway.LogOutAsync("x")).ShouldBeRejected("malformed.");
        await ShouldBeInAsync();
    }

    [Fact]
    public async Task Neither_kind_of_token_passes_as_the_other()
    {
        // As alike as they can be: the same type, audience and claims.
        var access = _parts.Issuer.Token()
            .With("sub", _name)
            .With("sid", _name)
            .WithHeader("typ", "JWT")
            .With("aud", new JsonArray("shop-api", "shop-web"));
        var logout =
            Logout(_name, _name).WithHeader("typ", "JWT").With("aud", new JsonArray("shop-api", "shop-web")).With("client_id", "shop-web");

        await _gateway.ShouldAnswerAsync(logout.Build(), 401);
        (await _gateway.LogOutAsync(access.Build())).ShouldBeRejected("wrong_type.");
        await _gateway.ShouldAnswerAsync(access.Build(), 200);
        (await _gateway.LogOutAsync(logout.Build())).Status.ShouldBe(200);
        await _gateway.UntilAsync(access.Build(), 401);
    }

    [Theory]
    [InlineData("logout+jwt")]
    [InlineData("application/logout+jwt")]
    [InlineData("JWT")]
    [InlineData(null)]
    public async Task Type_may_be_that_of_any_jwt_or_absent(string? type)
    {
        var token = Logout(_name, _name);
        (await _gateway.LogOutAsync((type is null ? token.WithoutHeader("typ") : token.WithHeader("typ", type)).Build())).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Token_signed_with_a_new_key_looks_for_it()
    {
        using var key = SigningKey.Rsa("rsa-new");
        await using var parts = await StandardGateway.StartAsync(
            configuration => configuration.With("Gateway:Issuers:shop:BackChannelLogout", """{ "ClientIds": ["shop-web"] }"""));
        parts.Issuer.Keys = [.. parts.Issuer.Keys.Select(each => each!.DeepClone()), key.ToJwk()];

        // Issued before the logout token: a token that is issued in a later second than the logout is not revoked by it.
        var token = parts.Issuer.Token().Build();
        (await parts.Gateway.LogOutAsync(new TokenBuilder(key, parts.Issuer.Issuer).AsLogout().Build())).Status.ShouldBe(200);

        await parts.Gateway.UntilAsync(token, 401);
        parts.Issuer.KeyRequests.ShouldBe(2);
    }

    private TokenBuilder Logout(string? subject, string? session) => _parts.Issuer.Token().AsLogout(subject: subject, session: session);

    private async Task ShouldBeInAsync()
    {
        await _gateway.ShouldAnswerAsync(_parts.Issuer.Token().With("sub", _name).With("sid", _name).Build(), 200);
        (await _gateway.ListAsync($"?value={_name}")).Entries.ShouldBeEmpty();
    }
}
