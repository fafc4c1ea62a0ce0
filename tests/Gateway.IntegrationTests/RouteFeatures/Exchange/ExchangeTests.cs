using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Interop;
using Gateway.IntegrationTests.Management;
using Gateway.Testing;

namespace Gateway.IntegrationTests.RouteFeatures.Exchange;

/// <summary>RFC 8693: the destination receives a token of its own, and the caller's token stays at the gateway.</summary>
public sealed class ExchangeTests : IAsyncLifetime
{
    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;
    private FakeTokenEndpoint _endpoint = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _destination = await RecordingDestination.StartAsync();
        _endpoint = await FakeTokenEndpoint.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        await _destination.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task Destination_receives_its_own_token_and_the_caller_s_goes_to_the_token_endpoint_alone()
    {
        await using var gateway = await StartAsync();
        var token = _issuer.Token().Build();
        foreach (var path in new[] { "/private/a", "/changed/a" })
        {
            using var response = await gateway.GetAsync(path, token);

            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            _destination.Last.Headers["Authorization"].ShouldBe(["Bearer issued-1"]);
            _destination.Last.Headers.SelectMany(header => header.Value).ShouldNotContain(value => value.Contains(token));
            _destination.Last.Header("X-Auth-Subject").ShouldBe("alice");
        }

        var asked = _endpoint.Received.ShouldHaveSingleItem();
        asked.Authorization.ShouldBe("Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("gate+way:s%2Fecret")));
        asked.Form.ShouldBe(new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["subject_token"] = token,
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:access_token",
            ["requested_token_type"] = "urn:ietf:params:oauth:token-type:access_token",
            ["audience"] = "orders",
            ["scope"] = "orders:read",
        }, ignoreOrder: true);
    }

    [Fact]
    public async Task Token_is_exchanged_once_for_all_requests_that_come_at_the_same_time()
    {
        await using var gateway = await StartAsync();
        var token = _issuer.Token().Build();
        var go = new TaskCompletionSource();
        _endpoint.Handler = async context =>
        {
            await go.Task;
            await FakeTokenEndpoint.JsonAsync(context, 200, """{"access_token":"one","token_type":"Bearer","expires_in":300}""");
        };
        var requests = Enumerable.Range(0, 10).Select(_ => gateway.GetAsync("/private/a", token)).ToArray();
        await Eventually.TrueAsync(() => _endpoint.Received.Count == 1, "the exchange has begun");
        go.SetResult();
        foreach (var response in await Task.WhenAll(requests))
        {
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            response.Dispose();
        }

        _endpoint.Received.Count.ShouldBe(1);
        _destination.Received.ShouldAllBe(request => request.Header("Authorization") == "Bearer one");
    }

    [Fact]
    public async Task Exchanged_token_is_renewed_before_it_expires_and_used_to_its_end_while_that_fails()
    {
        var clock = new ShiftedClock();
        await using var gateway = await StartAsync(time: clock);
        _endpoint.ExpiresIn = 200;
        var token = _issuer.Token().Build();
        (await AuthorizationAsync(gateway, token, "/calm/a")).ShouldBe("Bearer issued-1");

        clock.Advance(TimeSpan.FromSeconds(165));
        (await AuthorizationAsync(gateway, token, "/calm/a")).ShouldBe("Bearer issued-1");
        clock.Advance(TimeSpan.FromSeconds(10));
        _endpoint.Handler = context => FakeTokenEndpoint.JsonAsync(context, 500, "{}");
        (await AuthorizationAsync(gateway, token, "/calm/a")).ShouldBe("Bearer issued-1");
        await Eventually.TrueAsync(() => _endpoint.Received.Count == 2, "the renewal has failed");

        _endpoint.Handler = null;
        await Eventually.TrueAsync(
            async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return await AuthorizationAsync(gateway, token, "/calm/a") == "Bearer issued-2";
            },
            "the renewal has succeeded");
    }

    [Fact]
    public async Task Request_does_not_wait_for_the_renewal_of_an_exchanged_token()
    {
        var clock = new ShiftedClock();
        await using var gateway = await StartAsync(time: clock);
        _endpoint.ExpiresIn = 200;
        var token = _issuer.Token().Build();
        (await AuthorizationAsync(gateway, token, "/calm/a")).ShouldBe("Bearer issued-1");
        var go = new TaskCompletionSource();
        _endpoint.Handler = async context =>
        {
            await go.Task;
            await FakeTokenEndpoint.JsonAsync(context, 200, """{"access_token":"renewed","token_type":"Bearer","expires_in":300}""");
        };
        clock.Advance(TimeSpan.FromSeconds(175));

        (await AuthorizationAsync(gateway, token, "/calm/a")).ShouldBe("Bearer issued-1");
        (await AuthorizationAsync(gateway, token, "/calm/a")).ShouldBe("Bearer issued-1");

        go.SetResult();
        await Eventually.TrueAsync(
            async () => await AuthorizationAsync(gateway, token, "/calm/a") == "Bearer renewed", "the renewed token is used");
        _endpoint.Received.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(400, """{"error":"invalid_grant","error_description":"secret words"}""", "it responded with 400 invalid_grant")]
    [InlineData(401, """{"error":"invalid client\n"}""", "it responded with 401")]
    [InlineData(500, "<html>", "it responded with 500")]
    [InlineData(302, "", "it responded with 302")]
    [InlineData(200, "", "its response has no usable access_token")]
    [InlineData(200, """{"token_type":"Bearer"}""", "its response has no usable access_token")]
    [InlineData(200, """{"access_token":"a\r\nX-Evil: 1","token_type":"Bearer"}""", "its response has no usable access_token")]
    [InlineData(200, """{"access_token":"a","access_token":"b","token_type":"Bearer"}""", "its response has no usable access_token")]
    [InlineData(200, """{"access_token":"a","token_type":"N_A"}""", "its response has a token that is not a bearer access token")]
    [InlineData(
        200, """{"access_token":"a","token_type":"Bearer","issued_token_type":"urn:ietf:params:oauth:token-type:refresh_token"}""",
        "its response has a token that is not a bearer access token")]
    [InlineData(200, """{"access_token":"a","token_type":"Bearer","expires_in":0}""", "its response has a token that has expired")]
    public async Task Failed_exchange_is_503_with_the_reason_in_the_explanation_and_nothing_is_forwarded(
        int status, string body, string problem)
    {
        await using var gateway = await StartAsync();
        _endpoint.Handler = context => FakeTokenEndpoint.JsonAsync(context, status, body);
        var token = _issuer.Token().Build();

        using var response = await gateway.GetAsync("/private/a", token);

        (await response.ShouldBeProblemAsync(503))["reason"]!.GetValue<string>().ShouldBe("exchange_unavailable");
        response.Raw("Retry-After").ShouldBe("1");
        _destination.Received.ShouldBeEmpty();
        var explanation = await gateway.ExplainAsync(token, "private");
        ((string)explanation.Check("exchange")["found"]!).ShouldBe(problem);
        explanation.Reason().ShouldBe("exchange_unavailable");
        gateway.Logs.Lines.ShouldContain(
            line => line.Contains($"230: Exchange orders has no token from the token endpoint: {problem}.", StringComparison.Ordinal));
        gateway.Logs.Lines.ShouldNotContain(line => line.Contains(token) || line.Contains("secret words"));
    }

    [Theory]
    [InlineData(null, "it cannot be read")]
    [InlineData(65 * 1024, "it is too large")]
    [InlineData(0, "it holds no secret")]
    public async Task Secret_file_that_cannot_be_used_is_503_and_the_token_endpoint_gets_no_request(int? length, string problem)
    {
        await using var gateway = await StartAsync();
        var file = Path.Combine(Path.GetDirectoryName(gateway.ConfigFile)!, "secret");
        File.Delete(file);
        if (length is { } characters)
        {
            await File.WriteAllTextAsync(file, new string('s', characters));
        }

        var token = _issuer.Token().Build();
        using var response = await gateway.GetAsync("/private/a", token);

        (await response.ShouldBeProblemAsync(503))["reason"]!.GetValue<string>().ShouldBe("exchange_unavailable");
        _endpoint.Received.ShouldBeEmpty();
        _destination.Received.ShouldBeEmpty();
        var explanation = await gateway.ExplainAsync(token, "private");
        ((string)explanation.Check("exchange")["found"]!)
            .ShouldStartWith($"the file of the client secret cannot be used: {problem}");
    }

    [Fact]
    public async Task Silent_or_absent_token_endpoint_is_503_after_the_timeout_and_the_next_success_heals()
    {
        await using var gateway = await StartAsync(timeout: "00:00:00.200");
        var go = new TaskCompletionSource();
        _endpoint.Handler = _ => go.Task;
        var token = _issuer.Token().Build();

        using var response = await gateway.GetAsync("/private/a", token);

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ((string)(await gateway.ExplainAsync(token, "private")).Check("exchange")["found"]!).ShouldBe("it did not respond within 0.2 s");
        _endpoint.Handler = null;
        go.SetResult();
        await Eventually.TrueAsync(
            async () => (await gateway.GetAsync("/private/a", token)).StatusCode == HttpStatusCode.OK, "the exchange succeeds again");
    }

    [Fact]
    public async Task Public_route_and_rejected_token_cause_no_exchange()
    {
        await using var gateway = await StartAsync();
        (await gateway.GetAsync("/public/a", _issuer.Token().Build())).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await gateway.GetAsync("/private/a", "x")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await gateway.GetAsync("/private/a", _issuer.Token().With("aud", "other").Build())).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var explained = await gateway.ExplainAsync(_issuer.Token().Build(), "private");

        explained.Outcome("exchange").ShouldBe("not_checked");
        _endpoint.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Certified_provider_exchanges_the_token_of_the_caller()
    {
        await using var provider = Script.Start("node", Path.Combine(Script.Interop, "oidc-provider.mjs"));
        var about = JsonNode.Parse(await provider.ReadLineAsync())!;
        var configuration = TestGateway.Configuration(_destination)
            .With(
                "Gateway:Issuers:provider",
                $$"""{ "Issuer": "{{about["issuer"]}}", "Audiences": ["shop-api"], "Keys": { "Discovery": true } }""")
            .With(
                "Gateway:Exchanges:orders",
                $$"""{ "TokenEndpoint": "{{about["tokenEndpoint"]}}", "ClientId": "gateway", "SecretFile": "secret", "Audience": "urn:orders", "Scope": "orders:read" }""")
            .With("Gateway:Clusters:recorder:Exchange", "\"orders\"");
        await using var gateway = await TestGateway.StartAsync(
            configuration, files: new Dictionary<string, string> { ["secret"] = (string)about["clientSecret"]! + "\n" });
        var token = await OidcProviderTests.GetTokenAsync(about, (string)about["resources"]!["RS256"]!);

        using var response = await gateway.GetAsync("/private/a", token);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var received = _destination.Last.Header("Authorization")!;
        var claims = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(received.Split('.')[1]))!;
        ((string)claims["aud"]!, (string)claims["sub"]!, (string)claims["client_id"]!).ShouldBe(("urn:orders", "orders-app", "gateway"));
        (await AuthorizationAsync(gateway, token)).ShouldBe(received);
    }

    internal static Dictionary<string, string> Files => new() { ["secret"] = "s/ecret\n" };

    /// <summary>A gateway whose recording destination gets exchanged tokens.</summary>
    internal static JsonObject Configuration(
        FakeIssuer issuer, RecordingDestination destination, string endpoint, string? timeout = null) =>
        TestGateway.Configuration(issuer, destination)
        .With("Gateway:Exchanges:orders", $$"""
            {
              "TokenEndpoint": "{{endpoint}}", "ClientId": "gate way", "SecretFile": "secret", "Audience": "orders", "Scope": "orders:read",
              "Timeout": "{{timeout ?? "00:00:05"}}"
            }
            """)
        .With("Gateway:Clusters:recorder:Exchange", "\"ORDERS\"")
        // For a test that moves the clock: the list of revocations is too old then for a moment.
        .WithPolicy("calm", """{ "OnRevocationUnavailable": "Allow" }""")
        .WithRoute("changed", "Authenticated", """{ "Transforms": [{ "RequestHeaderRemove": "X-Nothing" }] }""");

    private Task<TestGateway> StartAsync(TimeProvider? time = null, string? timeout = null) =>
        TestGateway.StartAsync(Configuration(timeout), time, Files);

    private JsonObject Configuration(string? timeout) => Configuration(_issuer, _destination, _endpoint.Address, timeout);

    private async Task<string> AuthorizationAsync(TestGateway gateway, string token, string path = "/private/a")
    {
        using var response = await gateway.GetAsync(path, token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return _destination.Last.Header("Authorization")!;
    }
}
