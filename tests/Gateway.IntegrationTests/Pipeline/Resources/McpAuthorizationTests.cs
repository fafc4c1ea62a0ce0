using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Pipeline.Resources;

/// <summary>An MCP server at a path and one at a whole host, with a page of another origin as a client.</summary>
public sealed class McpResources : StandardGateway
{
    private protected override void Configure(JsonObject configuration) => configuration
        .With("Gateway:Issuers:shop:Audiences", """["https://mcp.example.com/mcp", "https://whole.example.com"]""")
        .With(
            "Gateway:Resources:mcp",
            """{ "Resource": "https://mcp.example.com/mcp", "AuthorizationServers": ["shop"], "Scopes": ["orders:read", "orders:write"] }""")
        .With("Gateway:Resources:whole", """{ "Resource": "https://whole.example.com", "AuthorizationServers": ["shop"] }""")
        .With("Gateway:Resources:slash", """{ "Resource": "https://slash.example.com/mcp/", "AuthorizationServers": ["shop"] }""")
        .With("Gateway:Cors:page", """
            {
              "Origins": ["https://inspector.example.com"], "Methods": ["DELETE"], "ExposedHeaders": ["Mcp-Session-Id", "WWW-Authenticate"],
              "Headers": ["Authorization", "Content-Type", "Last-Event-ID", "Mcp-Session-Id", "MCP-Protocol-Version"]
            }
            """)
        .With("Gateway:Policies:mcp", """{ "Scopes": { "All": ["orders:read"] } }""")
        .With("Gateway:Routes:mcp:Resource", "\"mcp\"")
        .WithRoute("mcp", "mcp", """{ "CorsPolicy": "page" }""");
}

/// <summary>
/// What the authorization specification of MCP (2025-06-18 and 2025-11-25, basic/authorization) and its security best practices ask of a
/// resource server. The parts for clients and authorization servers are in Interop/McpTests.
/// </summary>
public sealed class McpAuthorizationTests : IClassFixture<McpResources>
{
    private const string WellKnown = "/.well-known/oauth-protected-resource";
    private const string Wanted =
        "scope=\"orders:read\", resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\"";
    private const string Invalid = $"Bearer error=\"invalid_token\", {Wanted}";

    private static readonly Dictionary<string, Func<FakeIssuer, string?>> Authorizations = new()
    {
        ["none"] = _ => null,
        ["good"] = issuer => $"Bearer {Token(issuer).Build()}",
        ["of another scheme"] = _ => "Basic YWxpY2U6eA==",
        ["no token"] = _ => "Bearer x",
        ["expired"] = issuer => $"Bearer {Token(issuer).With("exp", TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 300).Build()}",
        ["for another server"] = issuer => $"Bearer {Token(issuer).With("aud", "https://other.example.com/mcp").Build()}",
        ["for no server"] = issuer => $"Bearer {Token(issuer).Without("aud").Build()}",
        ["of another issuer"] = issuer => $"Bearer {Token(issuer).With("iss", "https://other.example.com").Build()}",
        ["signed by another"] = issuer =>
            $"Bearer {new TokenBuilder(SigningKey.Rsa(), issuer.Issuer).With("aud", "https://mcp.example.com/mcp").Build()}",
        ["with too few scopes"] = issuer => $"Bearer {Token(issuer).With("scope", "other").Build()}",
    };

    private readonly McpResources _parts;

    public McpAuthorizationTests(McpResources parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    /// <summary>Token handling, error handling, scope challenge: each method of the transport, each fault of a token.</summary>
    [Theory]
    [InlineData("POST", "none", 401, $"Bearer {Wanted}")]
    [InlineData("GET", "none", 401, $"Bearer {Wanted}")]
    [InlineData("DELETE", "none", 401, $"Bearer {Wanted}")]
    [InlineData("POST", "of another scheme", 401, $"Bearer {Wanted}")]
    [InlineData("POST", "no token", 401, Invalid)]
    [InlineData("POST", "expired", 401, Invalid)]
    [InlineData("POST", "for another server", 401, Invalid)]
    [InlineData("POST", "for no server", 401, Invalid)]
    [InlineData("POST", "of another issuer", 401, Invalid)]
    [InlineData("POST", "signed by another", 401, Invalid)]
    [InlineData("POST", "with too few scopes", 403, $"Bearer error=\"insufficient_scope\", {Wanted}")]
    [InlineData("GET", "with too few scopes", 403, $"Bearer error=\"insufficient_scope\", {Wanted}")]
    [InlineData("DELETE", "expired", 401, Invalid)]
    public async Task Request_is_rejected_with_a_challenge_also_within_a_session(
        string method, string authorization, int status, string challenge)
    {
        using var response =
            await SendAsync(method, "/mcp/", authorization, ("Mcp-Session-Id", "session-1"), ("Origin", "https://inspector.example.com"));

        ((int)response.StatusCode).ShouldBe(status);
        response.Raw("WWW-Authenticate").ShouldBe(challenge);
        response.Raw("Access-Control-Expose-Headers").ShouldBe("Mcp-Session-Id,WWW-Authenticate", "a page reads the challenge too");
        _parts.Destination.Received.ShouldBeEmpty();
    }

    /// <summary>Token requirements: tokens never travel in the query. RFC 6750 section 2: one token a request.</summary>
    [Fact]
    public async Task Token_in_the_query_or_beside_another_is_rejected()
    {
        using var query = await SendAsync("POST", $"/mcp/?access_token={Token(_parts.Issuer).Build()}", "none");
        using var two = await SendAsync("POST", "/mcp/", "good", ("Authorization", $"Bearer {Token(_parts.Issuer).Build()}"));

        ((int)query.StatusCode).ShouldBe(401);
        ((int)two.StatusCode).ShouldBe(400);
        two.Raw("WWW-Authenticate").ShouldBe(
            "Bearer error=\"invalid_request\", resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\"");
        _parts.Destination.Received.ShouldBeEmpty();
    }

    /// <summary>Token passthrough is forbidden; the headers of the transport travel as they are.</summary>
    [Theory]
    [InlineData("POST")]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Server_gets_the_request_without_the_token(string method)
    {
        (string, string)[] headers =
        [
            ("Mcp-Session-Id", "1868a90c!~"), ("MCP-Protocol-Version", "2025-11-25"), ("Last-Event-ID", "stream_17"),
            ("Accept", "application/json, text/event-stream"),
            ("Origin", "https://inspector.example.com"), ("Mcp-Param-Region", "eu"),
        ];
        using var response = await SendAsync(method, "/mcp/", "good", headers);

        ((int)response.StatusCode).ShouldBe(200);
        var received = _parts.Destination.Last;
        received.Method.ShouldBe(method);
        received.Header("Authorization").ShouldBeNull();
        received.Header("X-Auth-Subject").ShouldBe("alice");
        foreach (var (name, value) in headers)
        {
            received.Header(name).ShouldBe(value);
        }
    }

    /// <summary>
    /// Sessions end with 404, notifications get 202, servers without a stream say 405, and a server may ask for more scopes itself.
    /// </summary>
    [Theory]
    [InlineData(202, null)]
    [InlineData(400, null)]
    [InlineData(404, null)]
    [InlineData(405, null)]
    [InlineData(403, "Bearer error=\"insufficient_scope\", scope=\"files:write\", resource_metadata=\"https://mcp.example.com/x\"")]
    public async Task Client_gets_the_response_of_the_server_unchanged(int status, string? challenge)
    {
        const string body = """{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}""";
        _parts.Destination.Handler = async context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers["Mcp-Session-Id"] = "session-2";
            context.Response.Headers.WWWAuthenticate = challenge;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body);
        };
        using var response = await SendAsync("POST", "/mcp/", "good");

        ((int)response.StatusCode).ShouldBe(status);
        response.Raw("Mcp-Session-Id").ShouldBe("session-2");
        response.Raw("WWW-Authenticate").ShouldBe(challenge);
        response.Raw("Content-Type").ShouldBe("application/json");
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe(body);
    }

    /// <summary>
    /// Metadata discovery: at the path of the server first, then at the root of its host; the identifier is the one that was asked for.
    /// </summary>
    [Theory]
    [InlineData("mcp.example.com", "/mcp", "https://mcp.example.com/mcp")]
    [InlineData("mcp.example.com", "/mcp/", "https://mcp.example.com/mcp")]
    [InlineData("whole.example.com", "", "https://whole.example.com")]
    [InlineData("whole.example.com", "/", "https://whole.example.com")]
    [InlineData("slash.example.com", "/mcp/", "https://slash.example.com/mcp/")]
    [InlineData("slash.example.com", "/mcp", "https://slash.example.com/mcp/")]
    [InlineData("slash.example.com", "/mcp/sse", "https://slash.example.com/mcp/")]
    [InlineData("slash.example.com", "/mcpx", null)]
    public async Task Metadata_names_the_resource_and_its_issuer(string host, string path, string? resource)
    {
        foreach (var method in new[] { "GET", "HEAD" })
        {
            using var response = await SendAsync(method, WellKnown + path, "none", ("Host", host), ("MCP-Protocol-Version", "2025-11-25"));

            ((int)response.StatusCode).ShouldBe(resource is null ? 404 : 200);
            response.Raw("Access-Control-Allow-Origin").ShouldBe("*");
            if (method == "GET" && resource is not null)
            {
                var metadata = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
                metadata["resource"]!.GetValue<string>().ShouldBe(resource);
                metadata["authorization_servers"]!.AsArray().Select(server => server!.GetValue<string>()).ShouldBe([_parts.Issuer.Issuer]);
                metadata["bearer_methods_supported"]!.AsArray().Select(place => place!.GetValue<string>()).ShouldBe(["header"]);
            }
        }
    }

    /// <summary>
    /// A page asks at several addresses with a header of MCP: it has to see that nothing is at the first, or it does not try the next.
    /// </summary>
    [Theory]
    [InlineData("/mcp")]
    [InlineData("/nothing/here")]
    [InlineData("")]
    public async Task Preflight_passes_at_every_path_below_the_metadata_path(string path)
    {
        using var preflight = await PreflightAsync(WellKnown + path, "GET", "mcp-protocol-version", ("Host", "mcp.example.com"));

        ((int)preflight.StatusCode).ShouldBe(204);
        preflight.Raw("Access-Control-Allow-Origin").ShouldBe("*");
        preflight.Raw("Access-Control-Allow-Headers").ShouldBe("*");
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Preflight_of_the_server_passes_without_a_token(string method)
    {
        using var preflight =
            await PreflightAsync("/mcp/", method, "authorization,content-type,last-event-id,mcp-protocol-version,mcp-session-id");

        ((int)preflight.StatusCode).ShouldBe(204);
        preflight.Raw("Access-Control-Allow-Origin").ShouldBe("https://inspector.example.com");
        preflight.Raw("Access-Control-Allow-Headers")!.ShouldContain("MCP-Protocol-Version");
        _parts.Destination.Received.ShouldBeEmpty();
    }

    private static TokenBuilder Token(FakeIssuer issuer) => issuer.Token().With("aud", "https://mcp.example.com/mcp");

    private Task<HttpResponseMessage> PreflightAsync(
        string path, string method, string headers, params (string Name, string Value)[] more) => SendAsync(
        "OPTIONS", path, "none",
        [
            ("Origin", "https://inspector.example.com"), ("Access-Control-Request-Method", method),
            ("Access-Control-Request-Headers", headers), .. more]);

    private async Task<HttpResponseMessage> SendAsync(
        string method, string path, string authorization, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (Authorizations[authorization](_parts.Issuer) is { } value)
        {
            request.Headers.TryAddWithoutValidation("Authorization", value);
        }

        if (method == "POST")
        {
            request.Content = new StringContent("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""", null, "application/json");
        }

        foreach (var (name, text) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, text);
        }

        return await _parts.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
