using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Cors;

/// <summary>What a browser sees of a route with a CORS policy.</summary>
public sealed class CorsTests : IAsyncLifetime
{
    private const string App = "https://app.example.com";

    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        (_issuer, _destination) = (await FakeIssuer.StartAsync(), await RecordingDestination.StartAsync());
        _gateway = await TestGateway.StartAsync(TestGateway.Configuration(_issuer, _destination)
            .With("Gateway:Cors:app", $$"""
                { "Origins": ["{{App}}"], "Methods": ["PUT"], "Headers": ["Authorization"], "ExposedHeaders": ["X-Total"], "Credentials": true, "MaxAge": "00:10:00" }
                """)
            .With("Gateway:Cors:all", """{ "Origins": ["*"] }""")
            .With("Gateway:Cors:apps", """{ "Origins": ["capacitor://localhost", "https://*.example.org", "null"] }""")
            .WithRoute("apps", "Anonymous", """{ "CorsPolicy": "apps" }""")
            .With("Gateway:RateLimits:none", """{ "Permits": 1, "Window": "1.00:00:00" }""")
            .WithPolicy("strict", """{ "Scopes": { "All": ["admin"] } }""")
            .With("ReverseProxy:Routes:strict:CorsPolicy", "\"app\"")
            .WithRoute("app", "Authenticated", """{ "CorsPolicy": "APP" }""")
            .WithRoute("all", "Anonymous", """{ "CorsPolicy": "all" }""")
            .WithRoute("limited", "Anonymous", """{ "CorsPolicy": "app", "RateLimiterPolicy": "none" }""")
            .WithCluster("gone", "http://127.0.0.1:1")
            .WithRoute("gone", "Anonymous", """{ "CorsPolicy": "app", "ClusterId": "gone" }"""));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _destination.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Theory]
    [InlineData("capacitor://localhost", true)]
    [InlineData("https://a.b.example.org", true)]
    [InlineData("null", true)]
    [InlineData("https://example.org", false)]
    [InlineData("https://a.example.org.evil.test", false)]
    [InlineData("ionic://localhost", false)]
    public async Task Origin_of_an_app_or_a_subdomain_may_call_where_it_is_listed(string origin, bool mayCall)
    {
        using var request = TestGateway.Request(HttpMethod.Get, "/apps/x");
        request.Headers.TryAddWithoutValidation("Origin", origin);

        using var response = await _gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

        response.Raw("Access-Control-Allow-Origin").ShouldBe(mayCall ? origin : null);
        response.Raw("Vary").ShouldBe(mayCall ? "Origin" : null);
    }

    [Fact]
    public async Task Preflight_is_answered_without_a_token_and_goes_no_further()
    {
        using var response = await PreflightAsync("/app/x", App);

        ((int)response.StatusCode).ShouldBe(204);
        response.Raw("Access-Control-Allow-Origin").ShouldBe(App);
        response.Raw("Access-Control-Allow-Methods").ShouldBe("PUT");
        response.Raw("Access-Control-Allow-Headers").ShouldBe("Authorization");
        response.Raw("Access-Control-Allow-Credentials").ShouldBe("true");
        response.Raw("Access-Control-Max-Age").ShouldBe("600");
        _destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("https://app.example.com.evil.example")]
    [InlineData("http://app.example.com")]
    [InlineData("null")]
    public async Task Page_of_another_origin_is_told_nothing(string origin)
    {
        using var preflight = await PreflightAsync("/app/x", origin);
        using var response = await GetAsync("/app/x", origin, _issuer.Token().Build());

        preflight.Raw("Access-Control-Allow-Origin").ShouldBeNull();
        response.Raw("Access-Control-Allow-Origin").ShouldBeNull();
    }

    [Theory]
    [InlineData("/app/x", 401)]
    [InlineData("/strict/x", 403)]
    [InlineData("/limited/x", 429)]
    [InlineData("/gone/x", 502)]
    public async Task Rejection_can_be_read_by_the_page(string path, int status)
    {
        await GetAsync("/limited/x", App, null);

        using var response = await GetAsync(path, App, status == 403 ? _issuer.Token().Build() : null);

        await response.ShouldBeProblemAsync(status);
        response.Raw("Access-Control-Allow-Origin").ShouldBe(App);
        response.Raw("Vary").ShouldBe("Origin");
    }

    [Fact]
    public async Task Answer_of_the_destination_gets_the_gateways_word_once()
    {
        _destination.Handler = context =>
        {
            context.Response.Headers.AccessControlAllowOrigin = "*";
            return Task.CompletedTask;
        };

        using var response = await GetAsync("/app/x", App, _issuer.Token().Build());

        ((int)response.StatusCode).ShouldBe(200);
        response.Raw("Access-Control-Allow-Origin").ShouldBe(App);
        response.Raw("Access-Control-Expose-Headers").ShouldBe("X-Total");
    }

    [Fact]
    public async Task Star_is_for_every_origin_and_without_credentials()
    {
        using var response = await GetAsync("/all/x", "https://anybody.example", null);

        response.Raw("Access-Control-Allow-Origin").ShouldBe("*");
        response.Raw("Access-Control-Allow-Credentials").ShouldBeNull();
    }

    [Theory]
    [InlineData("/app/x", false)]
    [InlineData("/private/x", true)]
    public async Task Options_that_is_no_preflight_of_the_route_needs_a_token(string path, bool asksForMethod)
    {
        using var request = TestGateway.Request(HttpMethod.Options, path);
        request.Headers.Add("Origin", App);
        if (asksForMethod)
        {
            request.Headers.Add("Access-Control-Request-Method", "PUT");
        }

        using var response = await _gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

        ((int)response.StatusCode).ShouldBe(401);
        _destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Changed_policy_takes_effect()
    {
        var yarpJson = await File.ReadAllTextAsync(_gateway.ConfigFile, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            _gateway.ConfigFile, yarpJson.Replace(App, "https://new.example", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);

        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await PreflightAsync("/app/x", "https://new.example");
                return response.Raw("Access-Control-Allow-Origin") == "https://new.example";
            },
            "the new origin is told");
        using var old = await PreflightAsync("/app/x", App);
        old.Raw("Access-Control-Allow-Origin").ShouldBeNull();
    }

    private async Task<HttpResponseMessage> PreflightAsync(string path, string origin)
    {
        using var request = TestGateway.Request(HttpMethod.Options, path);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "PUT");
        request.Headers.Add("Access-Control-Request-Headers", "authorization");
        return await _gateway.Client.SendAsync(request);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string origin, string? token)
    {
        using var request = TestGateway.Request(HttpMethod.Get, path, token);
        request.Headers.Add("Origin", origin);
        return await _gateway.Client.SendAsync(request);
    }
}
