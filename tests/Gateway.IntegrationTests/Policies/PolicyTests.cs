using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Policies;

/// <summary>Two issuers, and a route for each kind of policy.</summary>
public sealed class PolicyGateway : StandardGateway
{
    internal const string StaffIssuer = "https://staff.example";

    internal SigningKey StaffKey { get; } = SigningKey.Rsa("staff");

    private protected override IReadOnlyDictionary<string, string> Files => new Dictionary<string, string>
    {
        ["staff.json"] = new JsonObject { ["keys"] = new JsonArray(StaffKey.ToJwk()) }.ToJsonString(),
    };

    private protected override void Configure(JsonObject configuration) => configuration
        .With(
            "Gateway:Issuers:staff",
            $$"""{ "Issuer": "{{StaffIssuer}}", "Audiences": ["shop-api"], "Keys": { "JwksFile": "staff.json" } }""")
        .WithPolicy("all", """{ "Scopes": { "All": ["orders:read", "orders:write"] } }""")
        .WithPolicy("any", """{ "Scopes": { "Any": ["orders:read", "orders:admin"] } }""")
        .WithPolicy("both", """{ "Scopes": { "All": ["a"], "Any": ["b", "c"] } }""")
        .WithPolicy("roles", """{ "Claims": [{ "Path": "realm_access.roles", "AnyOf": ["ops", "admin"] }] }""")
        .WithPolicy("every", """{ "Claims": [{ "Path": "groups", "AllOf": ["eu", "sales"] }] }""")
        .WithPolicy("none", """{ "Claims": [{ "Path": "groups", "NoneOf": ["blocked"] }] }""")
        .WithPolicy("level", """{ "Claims": [{ "Path": "level", "Equals": 3 }, { "Path": "email_verified", "Equals": true }] }""")
        .WithPolicy("tenant", """{ "Claims": [{ "Path": "tenant", "Matches": "[a-z]{2,5}" }] }""")
        .WithPolicy("people", """{ "Claims": [{ "Path": "$subject_type", "Equals": "user" }, { "Path": "act", "Exists": false }] }""")
        .WithPolicy("staff", """{ "Issuers": ["staff"] }""")
        .WithPolicy("customers", """{ "Issuers": ["shop"] }""");

    private protected override async ValueTask DisposePartsAsync()
    {
        await base.DisposePartsAsync();
        StaffKey.Dispose();
    }
}

/// <summary>The destination is reached by the tokens that satisfy the route's policy, and by no other.</summary>
public sealed class PolicyTests : IClassFixture<PolicyGateway>
{
    private readonly PolicyGateway _parts;
    private readonly TestGateway _gateway;
    private readonly RecordingDestination _destination;

    public PolicyTests(PolicyGateway parts)
    {
        _parts = parts;
        _parts.Reset();
        _gateway = parts.Gateway;
        _destination = parts.Destination;
    }

    [Theory]
    [InlineData("all", "orders:read", "orders:read orders:write")]
    [InlineData("all", "orders:write", "orders:read orders:write")]
    [InlineData("all", "", "orders:read orders:write")]
    [InlineData("all", "ORDERS:READ orders:write", "orders:read orders:write")]
    [InlineData("all", "orders:readorders:write", "orders:read orders:write")]
    [InlineData("any", "orders", "orders:read orders:admin")]
    [InlineData("both", "a", "a b c")]
    [InlineData("both", "b", "a b")]
    [InlineData("both", "d", "a b c")]
    public async Task Challenge_names_the_scopes_to_ask_for(string policy, string scope, string asked)
    {
        using var response = await _gateway.GetAsync($"/{policy}/x", _parts.Issuer.Token().With("scope", scope).Build());

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        response.Raw("WWW-Authenticate").ShouldBe($"Bearer error=\"insufficient_scope\", scope=\"{asked}\"");
        _destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("all", """{ "scope": "orders:write other orders:read" }""")]
    [InlineData("all", """{ "scope": null, "scp": ["orders:read", "orders:write"] }""")]
    [InlineData("any", """{ "scope": "orders:admin" }""")]
    [InlineData("both", """{ "scope": "a c" }""")]
    [InlineData("roles", """{ "realm_access": { "roles": ["user", "ops"] } }""")]
    [InlineData("roles", """{ "realm_access": { "roles": "admin" } }""")]
    [InlineData("every", """{ "groups": ["sales", "eu", "x"] }""")]
    [InlineData("every", """{ "groups": "eu sales" }""")]
    [InlineData("none", """{ "groups": ["eu"] }""")]
    [InlineData("none", "{}")]
    [InlineData("level", """{ "level": 3, "email_verified": true }""")]
    [InlineData("tenant", """{ "tenant": "acme" }""")]
    [InlineData("people", """{ "sub": "alice" }""")]
    [InlineData("customers", "{}")]
    public async Task Token_that_satisfies_the_policy_passes(string policy, string claims)
    {
        using var response = await _gateway.GetAsync($"/{policy}/x", TokenWith(claims));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _destination.Received.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("roles", """{ "realm_access": { "roles": ["user"] } }""")]
    [InlineData("roles", """{ "realm_access": { "roles": ["OPS"] } }""")]
    [InlineData("roles", """{ "roles": ["ops"] }""")]
    [InlineData("roles", """{ "realm_access.roles": ["ops"] }""")]
    [InlineData("roles", """{ "realm_access": { "roles": { "ops": true } } }""")]
    [InlineData("every", """{ "groups": ["eu"] }""")]
    [InlineData("every", """{ "groups": ["eu sales"] }""")]
    [InlineData("none", """{ "groups": ["eu", "blocked"] }""")]
    [InlineData("none", """{ "groups": [["blocked"]] }""")]
    [InlineData("none", """{ "groups": { "blocked": true } }""")]
    [InlineData("level", """{ "level": 4, "email_verified": true }""")]
    [InlineData("level", """{ "level": 3, "email_verified": false }""")]
    [InlineData("level", """{ "level": [3, 4], "email_verified": true }""")]
    [InlineData("tenant", """{ "tenant": "acme1" }""")]
    [InlineData("tenant", """{ "tenant": "toolong" }""")]
    [InlineData("tenant", """{ "tenant": "acme\n" }""")]
    [InlineData("tenant", "{}")]
    [InlineData("people", """{ "sub": "shop-web" }""")]
    [InlineData("people", """{ "act": { "sub": "support" } }""")]
    [InlineData("staff", "{}")]
    public async Task Token_that_misses_a_rule_is_forbidden(string policy, string claims)
    {
        using var response = await _gateway.GetAsync($"/{policy}/x", TokenWith(claims));

        var problem = await response.ShouldBeProblemAsync(403);
        problem["error"]!.GetValue<string>().ShouldBe("insufficient_scope");
        problem["reason"]!.GetValue<string>().ShouldBe("claim_mismatch");
        response.Raw("WWW-Authenticate").ShouldBe("Bearer error=\"insufficient_scope\"");
        _destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("staff", HttpStatusCode.OK)]
    [InlineData("private", HttpStatusCode.OK)]
    [InlineData("customers", HttpStatusCode.Forbidden)]
    public async Task Issuer_list_decides_for_the_other_issuer(string policy, HttpStatusCode expected)
    {
        using var response = await _gateway.GetAsync($"/{policy}/x", new TokenBuilder(_parts.StaffKey, PolicyGateway.StaffIssuer).Build());

        response.StatusCode.ShouldBe(expected);
    }

    [Theory]
    [InlineData("rsa-1")]
    [InlineData("staff")]
    public async Task Key_of_one_issuer_never_vouches_for_another(string keyId)
    {
        // Signed with the shop's key in the name of the staff issuer, which has more rights.
        var forged = new TokenBuilder(_parts.Issuer.Rsa, PolicyGateway.StaffIssuer).WithHeader("kid", keyId).Build();

        using var response = await _gateway.GetAsync("/staff/x", forged);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        _destination.Received.ShouldBeEmpty();
    }

    private string TokenWith(string claims)
    {
        var token = _parts.Issuer.Token();
        foreach (var (name, value) in JsonNode.Parse(claims)!.AsObject())
        {
            _ = value is null ? token.Without(name) : token.With(name, value.DeepClone());
        }

        return token.Build();
    }
}
