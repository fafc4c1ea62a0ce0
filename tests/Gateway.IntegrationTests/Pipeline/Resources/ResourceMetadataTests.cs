using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Resources;

/// <summary>Two resources at one host, one at another, and a route for everything.</summary>
public sealed class ResourceGateway : StandardGateway
{
    private protected override void Configure(JsonObject configuration) => configuration
        .With(
            "Gateway:Resources:orders",
            """{ "Resource": "https://api.example.com/orders", "AuthorizationServers": ["shop", "https://login.example.com/tenant"], "Scopes": ["orders:read", "orders:write"] }""")
        .With("Gateway:Resources:api", """{ "Resource": "https://api.example.com", "AuthorizationServers": ["shop"] }""")
        .With("Gateway:Resources:other", """{ "Resource": "https://other.example.com/orders/v2", "AuthorizationServers": ["shop"] }""")
        .WithPolicy("orders", """{ "Scopes": { "All": ["orders:read"] }, "StepUp": { "Acr": ["mfa"] } }""")
        .WithPolicy("open", """{ "Issuers": ["shop"] }""")
        .WithPolicy("bound", """{ "SenderConstraint": "Required" }""")
        .With("Gateway:Routes:bound:Resource", JsonValue.Create("api"))
        .With("Gateway:Routes:orders:Resource", JsonValue.Create("ORDERS"))
        .With("Gateway:Routes:open:Resource", JsonValue.Create("orders"))
        .With("Gateway:Routes:private:Resource", JsonValue.Create("api"))
        .With("ReverseProxy:Routes:everything", TestGateway.Route("Anonymous", "/{**rest}"));
}

/// <summary>RFC 9728: the metadata of protected resources, and the challenges that lead to them.</summary>
public sealed class ResourceMetadataTests : IClassFixture<ResourceGateway>
{
    private const string WellKnown = "/.well-known/oauth-protected-resource";

    private readonly ResourceGateway _parts;
    private readonly TestGateway _gateway;

    public ResourceMetadataTests(ResourceGateway parts)
    {
        _parts = parts;
        _parts.Reset();
        _gateway = parts.Gateway;
    }

    [Theory]
    [InlineData("api.example.com", "/orders", "https://api.example.com/orders")]
    [InlineData("API.example.com", "/orders/", "https://api.example.com/orders")]
    [InlineData("api.example.com", "/orders/v2/items", "https://api.example.com/orders")]
    [InlineData("api.example.com", "", "https://api.example.com")]
    [InlineData("api.example.com", "/", "https://api.example.com")]
    [InlineData("api.example.com", "/ORDERS", "https://api.example.com")]
    [InlineData("api.example.com", "/ordersandmore", "https://api.example.com")]
    [InlineData("other.example.com", "/orders/v2", "https://other.example.com/orders/v2")]
    [InlineData("other.example.com", "/orders", null)]
    [InlineData("other.example.com", "", null)]
    [InlineData("gateway.internal", "/orders/v2", "https://other.example.com/orders/v2")]
    [InlineData("gateway.internal", "", "https://api.example.com")]
    public async Task Metadata_is_that_of_the_longest_path_at_the_host(string host, string path, string? resource)
    {
        using var response = await SendAsync(HttpMethod.Get, host, path);

        if (resource is null)
        {
            await response.ShouldBeProblemAsync(404);
        }
        else
        {
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            JsonNode.Parse(await response.Content.ReadAsStringAsync())!["resource"]!.GetValue<string>().ShouldBe(resource);
        }

        response.Raw("Access-Control-Allow-Origin").ShouldBe("*");
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Metadata_names_the_issuers_and_scopes_and_may_be_cached()
    {
        using var response = await SendAsync(HttpMethod.Get, "api.example.com", "/orders");
        var body = await response.Content.ReadAsStringAsync();

        JsonNode.DeepEquals(JsonNode.Parse(body), new JsonObject
        {
            ["resource"] = "https://api.example.com/orders",
            ["authorization_servers"] = new JsonArray(_parts.Issuer.Issuer, "https://login.example.com/tenant"),
            ["scopes_supported"] = new JsonArray("orders:read", "orders:write"),
            ["bearer_methods_supported"] = new JsonArray("header"),
        }).ShouldBeTrue(body);
        response.Raw("Content-Type").ShouldBe("application/json");
        response.Raw("Cache-Control").ShouldBe("public, max-age=300");

        using var head = await SendAsync(HttpMethod.Head, "api.example.com", "/orders");
        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        head.Content.Headers.ContentLength.ShouldBe(body.Length);
    }

    [Fact]
    public async Task Scripts_of_every_origin_may_read_it_with_headers_of_their_own()
    {
        using var preflight = await SendAsync(
            HttpMethod.Options, "api.example.com", "/orders", ("Origin", "https://app.example"), ("Access-Control-Request-Method", "GET"),
            ("Access-Control-Request-Headers", "mcp-protocol-version"));

        preflight.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        preflight.Raw("Access-Control-Allow-Origin").ShouldBe("*");
        preflight.Raw("Access-Control-Allow-Methods").ShouldBe("GET, HEAD");
        preflight.Raw("Access-Control-Allow-Headers").ShouldBe("*");
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Nothing_else_can_be_done_there(string method)
    {
        using var response = await SendAsync(new HttpMethod(method), "api.example.com", "/orders");

        await response.ShouldBeProblemAsync(405);
        response.Raw("Allow").ShouldBe("GET, HEAD, OPTIONS");
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(
        "/orders/x",
        "Bearer scope=\"orders:read\", resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource/orders\"")]
    [InlineData(
        "/open/x",
        "Bearer scope=\"orders:read orders:write\", " +
            "resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource/orders\"")]
    [InlineData("/private/x", "Bearer resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource\"")]
    public async Task Challenge_without_a_token_leads_to_the_metadata_and_names_the_scopes(string path, string challenge)
    {
        using var response = await _gateway.GetAsync(path);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        response.Raw("WWW-Authenticate").ShouldBe(challenge);
    }

    [Theory]
    [InlineData(null, "Bearer {0}, DPoP algs=\"ES256 RS256 PS256 Ed25519 EdDSA\", {0}")]
    [InlineData("DPoP bad", "DPoP algs=\"ES256 RS256 PS256 Ed25519 EdDSA\", error=\"invalid_token\", {0}")]
    [InlineData("Bearer bad", "Bearer error=\"invalid_token\", {0}, DPoP algs=\"ES256 RS256 PS256 Ed25519 EdDSA\", {0}")]
    public async Task Challenge_of_each_scheme_leads_to_the_metadata(string? authorization, string challenge)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/bound/x");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await _gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        response.Raw("WWW-Authenticate").ShouldBe(
            string.Format(null, challenge, "resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource\""));
    }

    [Fact]
    public async Task Challenges_to_a_token_lead_to_the_metadata_too()
    {
        const string metadata = "resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource/orders\"";
        foreach (var (token, status, challenge) in new[]
        {
            ("x", 401, $"Bearer error=\"invalid_token\", scope=\"orders:read\", {metadata}"),
            (
                _parts.Issuer.Token().With("scope", "other").Build(), 403,
                $"Bearer error=\"insufficient_scope\", scope=\"orders:read\", {metadata}"),
            (_parts.Issuer.Token().Build(), 401, $"Bearer error=\"insufficient_user_authentication\", acr_values=\"mfa\", {metadata}"),
        })
        {
            using var response = await _gateway.GetAsync("/orders/x", token);
            ((int)response.StatusCode).ShouldBe(status);
            response.Raw("WWW-Authenticate").ShouldBe(challenge);
        }
    }

    [Fact]
    public async Task Without_resources_the_path_belongs_to_the_routes()
    {
        await using var parts = await StandardGateway.StartAsync(
            configuration => configuration.With("ReverseProxy:Routes:everything", TestGateway.Route("Anonymous", "/{**rest}")));

        using var response = await parts.Gateway.GetAsync($"{WellKnown}/orders");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        parts.Destination.Received.ShouldHaveSingleItem();
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string host, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, WellKnown + path);
        request.Headers.Host = host;
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return _gateway.Client.SendAsync(request);
    }
}
