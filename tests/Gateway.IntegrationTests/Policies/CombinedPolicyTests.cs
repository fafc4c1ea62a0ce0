using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Policies;

/// <summary>Policies of policies, rules on the path and on the JOSE header, and step-up, as clients and destinations see them.</summary>
public sealed class CombinedPolicyGateway : StandardGateway
{
    private protected override void Configure(JsonObject configuration) => configuration
        .With("Gateway:Policies:read", """{ "Scopes": { "All": ["orders:read"] } }""")
        .With("Gateway:Policies:admin", """{ "Claims": [{ "Path": "role", "Equals": "admin" }], "Mode": "Report", "ForwardToken": true }""")
        .With("Gateway:Policies:own", """{ "Claims": [{ "Path": "tenant", "EqualsRouteValue": "tenant" }] }""")
        .WithPolicy("any", """{ "AnyOf": ["admin", "read"] }""")
        .WithPolicy("all", """{ "AllOf": ["read", "admin"] }""")
        .WithPolicy("header", """{ "Claims": [{ "Path": "$jose.typ", "Equals": "at+jwt" }] }""")
        .WithPolicy("strong", """{ "StepUp": { "Acr": ["urn:example:mfa", "phr"] } }""")
        .WithPolicy("tenants", """{ "AnyOf": ["admin", "own"] }""")
        .With("ReverseProxy:Routes:tenants:Match:Path", JsonValue.Create("/tenants/{tenant}/{**rest}"));
}

public sealed class CombinedPolicyTests : IClassFixture<CombinedPolicyGateway>
{
    private readonly CombinedPolicyGateway _parts;
    private readonly TestGateway _gateway;
    private readonly RecordingDestination _destination;

    public CombinedPolicyTests(CombinedPolicyGateway parts)
    {
        _parts = parts;
        _parts.Reset();
        _gateway = parts.Gateway;
        _destination = parts.Destination;
    }

    [Theory]
    [InlineData("any", "orders:read", "user", 200)]
    [InlineData("any", "", "admin", 200)]
    [InlineData("any", "", "user", 403)]
    [InlineData("all", "orders:read", "admin", 200)]
    [InlineData("all", "orders:read", "user", 403)]
    [InlineData("all", "", "admin", 403)]
    public async Task Policy_of_policies_asks_for_one_or_all_and_enforces_also_what_only_reports_by_itself(
        string route, string scope, string role, int status)
    {
        using var response = await _gateway.GetAsync($"/{route}/x", _parts.Issuer.Token().With("scope", scope).With("role", role).Build());

        ((int)response.StatusCode).ShouldBe(status);
        _destination.Received.Count.ShouldBe(status == 200 ? 1 : 0);
        if (status == 200)
        {
            _destination.Last.Header("Authorization").ShouldBeNull();
        }
    }

    [Fact]
    public async Task Challenge_names_the_scope_of_the_alternative_that_the_client_can_still_satisfy()
    {
        using var response = await _gateway.GetAsync("/any/x", _parts.Issuer.Token().With("scope", "").Build());

        response.Raw("WWW-Authenticate").ShouldBe("Bearer error=\"insufficient_scope\", scope=\"orders:read\"");
    }

    [Fact]
    public async Task Token_passes_for_its_own_part_of_the_path_alone_also_when_it_is_known()
    {
        var token = _parts.Issuer.Token().With("tenant", "acme").Build();
        foreach (var (path, status) in new[]
        {
            ("/tenants/acme/orders", 200), ("/tenants/beta/orders", 403), ("/tenants/acme/orders", 200), ("/tenants/ACME/orders", 403),
            ("/tenants/acme", 200),
            ("/tenants/beta", 403), ("/tenants/%61cme/x", 200), ("/tenants/beta/../acme/x", 200), ("/tenants/acme/../beta/x", 403),
            ("/tenants/acme%2Fx/y", 400), ("/tenants/acme;x/y", 400),
            ("/tenants/acme%00/y", 400), ("/tenants/beta?tenant=acme", 403),
        })
        {
            var response = await RawHttp.SendAsync(
                _gateway.Address, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
            response.ShouldStartWith($"HTTP/1.1 {status} ", customMessage: path);
        }

        _destination.Received.Count.ShouldBe(5);
    }

    [Fact]
    public async Task Value_of_the_path_is_compared_after_its_encoding_is_decoded()
    {
        var token = _parts.Issuer.Token().With("tenant", "b\u00fccher").Build();

        using var response = await _gateway.GetAsync("/tenants/b%C3%BCcher/x", token);
        using var other = await _gateway.GetAsync("/tenants/bucher/x", token);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        other.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("at+jwt", HttpStatusCode.OK)]
    [InlineData("JWT", HttpStatusCode.Forbidden)]
    public async Task Policy_can_ask_for_a_parameter_of_the_header(string type, HttpStatusCode status)
    {
        using var response =
            await _gateway.GetAsync("/header/x", _parts.Issuer.Token().WithHeader("typ", type).With("typ", "at+jwt").Build());

        response.StatusCode.ShouldBe(status);
    }

    [Theory]
    [InlineData("\"phr\"", true)]
    [InlineData("\"urn:example:mfa\"", true)]
    [InlineData("\"pwd\"", false)]
    [InlineData("[\"phr\"]", false)]
    [InlineData("null", false)]
    public async Task Login_that_is_not_strong_enough_gets_the_challenge_of_rfc_9470(string acr, bool accepted)
    {
        using var response = await _gateway.GetAsync("/strong/x", _parts.Issuer.Token().With("acr", JsonNode.Parse(acr)).Build());

        if (accepted)
        {
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            return;
        }

        var problem = await response.ShouldBeProblemAsync(401);
        problem["error"]!.GetValue<string>().ShouldBe("insufficient_user_authentication");
        problem["reason"]!.GetValue<string>().ShouldBe("insufficient_authentication");
        response.Raw("WWW-Authenticate").ShouldBe("Bearer error=\"insufficient_user_authentication\", acr_values=\"urn:example:mfa phr\"");
        _destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Client_of_a_bound_token_gets_the_challenge_in_its_own_scheme()
    {
        using var key = SigningKey.Ec();
        var token = _parts.Issuer.Token().With("acr", "pwd").With("cnf", new JsonObject { ["jkt"] = ProofBuilder.Thumbprint(key) }).Build();
        using var request = ProofBuilder.Request(
            HttpMethod.Get, "/strong/x", token, new ProofBuilder(key).For(HttpMethod.Get, $"{_gateway.Address}/strong/x", token).Build());
        using var response = await _gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

        response.Raw("WWW-Authenticate").ShouldBe(
            "DPoP algs=\"ES256 RS256 PS256 Ed25519 EdDSA\", error=\"insufficient_user_authentication\", acr_values=\"urn:example:mfa " +
                "phr\"");
        _destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Known_token_is_rejected_once_its_login_is_too_old_and_accepted_again_after_a_new_one()
    {
        var clock = new ShiftedClock();
        await using var parts = await StandardGateway.StartAsync(
            configuration => configuration
                .With("Gateway:Issuers:shop:ClockSkew", JsonValue.Create("00:00:00"))
                .With("Gateway:Policies:recent", """{ "StepUp": { "MaxAge": "00:05:00" } }""")
                // The list of revocations is as old as the clock has moved, until it is read again.
                .WithPolicy("pay", """{ "AllOf": ["recent"], "OnRevocationUnavailable": "Allow" }""")
                .WithPolicy("other", """{ "OnRevocationUnavailable": "Allow" }"""),
            clock);
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var token = parts.Issuer.Token().With("auth_time", now - 60).With("iat", now).With("exp", now + 3_000).Build();

        foreach (var _ in new[] { 1, 2, 3 })
        {
            using var accepted = await parts.Gateway.GetAsync("/pay/x", token);
            accepted.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        clock.Advance(TimeSpan.FromMinutes(5));
        foreach (var _ in new[] { 1, 2 })
        {
            using var rejected = await parts.Gateway.GetAsync("/pay/x", token);
            rejected.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            rejected.Raw("WWW-Authenticate").ShouldBe("Bearer error=\"insufficient_user_authentication\", max_age=\"300\"");
        }

        using var elsewhere = await parts.Gateway.GetAsync("/other/x", token);
        elsewhere.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var again = await parts.Gateway.GetAsync(
            "/pay/x", parts.Issuer.Token().With("auth_time", now + 290).With("iat", now).With("exp", now + 3_000).Build());
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
