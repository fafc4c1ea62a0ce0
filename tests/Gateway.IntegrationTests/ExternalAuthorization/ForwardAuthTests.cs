using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Management;
using Gateway.IntegrationTests.Pipeline.Hygiene;
using Gateway.Testing;

namespace Gateway.IntegrationTests.ExternalAuthorization;

/// <summary>Forward auth: what a proxy gets for the request that it describes.</summary>
public sealed class ForwardAuthTests(AuthorizedGateway parts) : IClassFixture<AuthorizedGateway>
{
    private const string Evil = "evil";

    private string Token => parts.Issuer.Token().Build();

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PROPFIND")]
    public async Task Request_with_a_token_gets_all_identity_headers_and_empty_ones_for_absent_claims(string method)
    {
        using var response = await parts.Gateway.AskAsync("/private/a?q=1", Token, method);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Raw("X-Auth-Subject").ShouldBe("alice");
        response.Raw("X-Auth-Issuer").ShouldBe(parts.Issuer.Issuer);
        response.Raw("X-Auth-Scopes").ShouldBe("orders:read");
        response.Raw("X-Auth-Payload")!.Length.ShouldBeGreaterThan(20);
        response.Raw("X-Auth-Roles").ShouldBe("");
        response.Raw("Authorization").ShouldBe("");
        response.Raw("Cache-Control").ShouldBe("no-store");
        parts.Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/public/a", false)]
    [InlineData("/public/a", true)]
    [InlineData("/trial/a", false)]
    public async Task Request_without_a_caller_gets_empty_identity_headers(string path, bool hasToken)
    {
        using var response = await parts.Gateway.AskAsync(path, hasToken ? Token : null, headers: ("X-Auth-Subject", Evil));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var name in new[]
        {
            "X-Auth-Subject", "X-Auth-Issuer", "X-Auth-Client", "X-Auth-Scopes", "X-Auth-Roles", "X-Auth-Payload",
        })
        {
            response.Raw(name).ShouldBe("", name);
        }
    }

    [Fact]
    public async Task Policy_that_forwards_the_token_leaves_it_to_the_proxy()
    {
        using var kept = await parts.Gateway.AskAsync("/keeping/a", Token);
        using var open = await parts.Gateway.AskAsync("/public/a", Token);

        kept.Raw("X-Auth-Subject").ShouldBe("alice");
        kept.Raw("Authorization").ShouldBeNull();
        open.Raw("Authorization").ShouldBeNull();
    }

    [Fact]
    public async Task Rejection_has_the_status_the_challenge_and_the_body_that_the_client_should_see()
    {
        using var missing = await parts.Gateway.AskAsync("/private/a");
        using var bad = await parts.Gateway.AskAsync("/private/a", Token + "x");
        using var scope = await parts.Gateway.AskAsync("/admin/a", Token);

        await missing.ShouldBeProblemAsync(401);
        missing.Raw("WWW-Authenticate").ShouldBe("Bearer");
        (await bad.ShouldBeProblemAsync(401))["error"]!.GetValue<string>().ShouldBe("invalid_token");
        bad.Raw("WWW-Authenticate").ShouldBe("Bearer error=\"invalid_token\"");
        await scope.ShouldBeProblemAsync(403);
        scope.Raw("WWW-Authenticate").ShouldBe("Bearer error=\"insufficient_scope\", scope=\"orders:admin\"");
        bad.Raw("X-Auth-Subject").ShouldBeNull();
    }

    [Fact]
    public async Task Request_that_no_route_names_is_rejected()
    {
        using var none = await parts.Gateway.AskAsync("/nowhere", Token);
        using var method = await parts.Gateway.AskAsync("/reading/a", Token, "DELETE");
        using var host = await parts.Gateway.AskAsync("/hosted/a", host: "other.example");
        using var right = await parts.Gateway.AskAsync("/hosted/a", host: "shop.example");

        await none.ShouldBeProblemAsync(404);
        await method.ShouldBeProblemAsync(405);
        method.Raw("Allow").ShouldBe("GET");
        await host.ShouldBeProblemAsync(404);
        right.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc-web-text")]
    public async Task Rejected_grpc_call_is_never_a_success(string type)
    {
        var response = await RawHttp.SendAsync(
            parts.Gateway.AuthorizationAddress,
            "POST /authorize HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nContent-Length: 0\r\nX-Forwarded-Method: " +
                "POST\r\nX-Forwarded-Proto: http\r\n"
            + $"X-Forwarded-Host: localhost\r\nX-Forwarded-Uri: /private/a\r\nContent-Type: {type}\r\n\r\n");

        RawHttp.StatusOf(response).ShouldBe(401);
    }

    [Fact]
    public async Task Limits_count_by_the_address_that_the_proxy_names()
    {
        using var first = await parts.Gateway.AskAsync("/limited/a", headers: ("X-Forwarded-For", "203.0.113.1"));
        using var again = await parts.Gateway.AskAsync("/limited/a", headers: ("X-Forwarded-For", "198.51.100.9, 203.0.113.1"));
        using var other = await parts.Gateway.AskAsync("/limited/a", headers: ("X-Forwarded-For", "203.0.113.2"));

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        await again.ShouldBeProblemAsync(429);
        again.Raw("Retry-After").ShouldNotBeNull();
        other.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Revoked_token_is_rejected()
    {
        var token = parts.Issuer.Token().With("sub", "bob").Build();
        using var before = await parts.Gateway.AskAsync("/private/a", token);
        await parts.Gateway.RevokeAsync($$"""{ "kind": "sub", "issuer": "{{parts.Issuer.Issuer}}", "value": "bob" }""");

        before.StatusCode.ShouldBe(HttpStatusCode.OK);
        await Eventually.TrueAsync(async () =>
        {
            using var after = await parts.Gateway.AskAsync("/private/a", token);
            return after.StatusCode == HttpStatusCode.Unauthorized;
        }, "the token is rejected");
    }

    [Theory]
    [InlineData("X-Original-URL", "https://shop.example/hosted/a?q=1", 200)]
    [InlineData("X-Original-URL", "https://shop.example:8443/hosted/a", 200)]
    [InlineData("X-Original-URL", "http://shop.example", 404)]
    [InlineData("X-Original-URL", "http://other.example/hosted/a", 404)]
    [InlineData("X-Original-URL", "/hosted/a", 400)]
    [InlineData("X-Original-URL", "ftp://shop.example/hosted/a", 400)]
    [InlineData("X-Original-URI", "/hosted/a?q=1", 200)]
    [InlineData("X-Original-URI", "http://shop.example/hosted/a", 400)]
    public async Task Forms_of_nginx_describe_a_request_too(string name, string value, int status)
    {
        using var response = await parts.Gateway.AskAsync([("Host", "shop.example"), ("X-Original-Method", "GET"), (name, value)]);

        ((int)response.StatusCode).ShouldBe(status);
    }

    public static TheoryData<string> Unclear =>
    [
        "", "X-Forwarded-Uri=/public/a", "X-Forwarded-Method=GET;X-Forwarded-Proto=http;X-Forwarded-Uri=/public/a",
        "X-Original-URL=http://localhost/public/a",
        // Each could come from a client, through a proxy that sets the others.
        "X-Forwarded-Method=GET;X-Forwarded-Proto=http;X-Forwarded-Host=localhost;X-Forwarded-Uri=/private/a;X-Original-URL=http://localhost/public/a",
        "X-Forwarded-Method=GET;X-Forwarded-Proto=http;X-Forwarded-Host=localhost;X-Forwarded-Uri=/private/a;X-Original-Method=GET",
        "X-Original-Method=POST;X-Original-URL=http://localhost/public/a;X-Forwarded-Method=GET",
        "X-Original-Method=GET;X-Original-URL=http://localhost/public/a;X-Original-URI=/private/a",
        "X-Forwarded-Method=GET;X-Original-URL=http://localhost/public/a",
        "X-Forwarded-Method=GET;X-Forwarded-Method=POST;X-Forwarded-Proto=http;X-Forwarded-Host=localhost;X-Forwarded-Uri=/public/a",
        "X-Forwarded-Method=GET, POST;X-Forwarded-Proto=http;X-Forwarded-Host=localhost;X-Forwarded-Uri=/public/a",
        "X-Forwarded-Method=GET;X-Forwarded-Proto=http;X-Forwarded-Host=a,localhost;X-Forwarded-Uri=/public/a",
        "X-Forwarded-Method=GET;X-Forwarded-Proto=ws;X-Forwarded-Host=localhost;X-Forwarded-Uri=/public/a",
        "X-Forwarded-Method=GET;X-Forwarded-Proto=http;X-Forwarded-Host=localhost;X-Forwarded-Uri=/public/a;X-Forwarded-Uri=/private/a",
    ];

    [Theory]
    [MemberData(nameof(Unclear))]
    public async Task Description_that_is_not_of_one_form_and_whole_gets_no_decision(string headers)
    {
        var lines = string.Concat(
            headers.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(
                pair => $"{pair.Replace("=", ": ", StringComparison.Ordinal)}\r\n"));
        var response = await RawHttp.SendAsync(
            parts.Gateway.AuthorizationAddress, $"GET /authorize HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n{lines}\r\n");

        RawHttp.StatusOf(response).ShouldBe(400);
        response.ShouldContain("X-Forwarded-Method");
        await Eventually.TrueAsync(
            () => parts.Gateway.Logs.Lines.Any(line => line.Contains("did not describe a request", StringComparison.Ordinal)),
            "the log says so");
    }

    public static TheoryData<string> Targets => [.. HostileTargets.Known];

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Target_that_a_destination_could_read_otherwise_is_not_allowed_without_a_token(string target)
    {
        var response = await RawHttp.SendAsync(
            parts.Gateway.AuthorizationAddress,
            "GET /authorize HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Proto: " +
                "http\r\nX-Forwarded-Host: localhost\r\n"
            + $"X-Forwarded-Uri: {target}\r\n\r\n");

        if (RawHttp.StatusOf(response) == 200)
        {
            // The proxy forwards exactly this.
            LenientTarget.Read(target).ShouldNotStartWith("/private", Case.Insensitive);
        }
        else
        {
            RawHttp.StatusOf(response).ShouldBeInRange(400, 499, response);
        }
    }

    [Fact]
    public async Task Path_that_the_public_listener_would_change_is_rejected()
    {
        await using var merging = await StandardGateway.StartAsync(
            configuration => AuthorizedGateway.Open(configuration).With("Gateway:Limits:RepeatedSlashes", JsonValue.Create("Merge")));
        using var slashes = await merging.Gateway.AskAsync("/public//a");
        using var dots = await merging.Gateway.AskAsync("/public/x/../a");
        using var encoded = await merging.Gateway.AskAsync("/public/caf%C3%A9%20b?x=//&y=..%2f");

        await slashes.ShouldBeProblemAsync(400);
        await dots.ShouldBeProblemAsync(400);
        encoded.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("X_Auth_Subject")]
    [InlineData("x-auth_roles")]
    [InlineData("X.Auth.Payload")]
    [InlineData("X-HTTP-Method-Override")]
    [InlineData("X_HTTP_Method_Override")]
    [InlineData("X-Rewrite-URL")]
    [InlineData("X_Forwarded_For")]
    [InlineData("Remote-User")]
    [InlineData("X-Forwarded-User")]
    [InlineData("Proxy")]
    [InlineData("Content_Length")]
    public async Task Header_that_the_proxy_would_forward_and_the_gateway_would_not_is_rejected(string name)
    {
        using var response = await parts.Gateway.AskAsync("/public/a", headers: (name, Evil));

        (await response.ShouldBeProblemAsync(400)).ToJsonString().ShouldNotContain(Evil);
    }

    [Fact]
    public async Task Token_cookie_is_taken_out_and_other_cookies_stay()
    {
        await using var cookies = await StandardGateway.StartAsync(
            configuration =>
                AuthorizedGateway.Open(configuration).With("Gateway:TokenSources", """[{ "Cookie": "token" }, { "Header": "X-Token" }]"""));
        var token = cookies.Issuer.Token().Build();
        using var response = await cookies.Gateway.AskAsync(
            "/private/a", headers: [("Cookie", $"a=1; token={token}; b=2"), ("Authorization", "Basic eA==")]);
        using var only = await cookies.Gateway.AskAsync("/private/a", headers: ("Cookie", $"token={token}"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Raw("Cookie").ShouldBe("a=1; b=2");
        response.Raw("Authorization").ShouldBe("");
        response.Raw("X-Token").ShouldBe("");
        only.Raw("Cookie").ShouldBe("");
    }

    [Fact]
    public async Task Cookie_of_any_bytes_beside_the_token_cookie_stays_as_it_is()
    {
        await using var cookies = await StandardGateway.StartAsync(
            configuration => AuthorizedGateway.Open(configuration).With("Gateway:TokenSources", """[{ "Cookie": "token" }]"""));
        var address = new Uri(cookies.Gateway.AuthorizationAddress);
        var request = $"GET /authorize HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Proto: http\r\n"
            + $"X-Forwarded-Host: a\r\nX-Forwarded-Uri: /private/a\r\nCookie: name=Zo\u00eb; " +
                $"token={cookies.Issuer.Token().Build()}\r\n\r\n";
        using var client = new System.Net.Sockets.TcpClient(address.Host, address.Port);
        var stream = client.GetStream();

        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));

        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer);
        var text = Encoding.UTF8.GetString(answer.ToArray());
        text.ShouldStartWith("HTTP/1.1 200");
        text.ShouldContain("\r\nCookie: name=Zo\u00eb\r\n");
    }

    [Fact]
    public async Task Connection_that_is_reset_before_its_first_byte_leaves_no_line_in_the_log()
    {
        await using var own = await StandardGateway.StartAsync(configuration => AuthorizedGateway.Open(configuration));
        var address = new Uri(own.Gateway.AuthorizationAddress);
        var lines = own.Gateway.Logs.Lines.Count;
        for (var count = 0; count < 20; count++)
        {
            using var client = new System.Net.Sockets.TcpClient(address.Host, address.Port);
            // A reset in place of an orderly end.
            client.LingerState = new System.Net.Sockets.LingerOption(true, 0);
        }

        using var response = await own.Gateway.AskAsync("/public/a");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        own.Gateway.Logs.Lines.Skip(lines).ShouldNotContain(line => line.Contains("rror", StringComparison.Ordinal)
            || line.Contains("xception", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Changed_configuration_decides_from_then_on()
    {
        await using var own = await StandardGateway.StartAsync(configuration => AuthorizedGateway.Open(configuration));
        using var before = await own.Gateway.AskAsync("/later/a");
        var file = JsonNode.Parse(await File.ReadAllTextAsync(own.Gateway.ConfigFile))!.AsObject().WithRoute("later", "Anonymous");
        await File.WriteAllTextAsync(own.Gateway.ConfigFile, file.ToJsonString());

        before.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await Eventually.TrueAsync(async () =>
        {
            using var after = await own.Gateway.AskAsync("/later/a");
            return after.StatusCode == HttpStatusCode.OK;
        }, "the new route is known");
    }

    [Fact]
    public async Task Nothing_else_is_served_on_the_port_and_the_public_listener_does_not_decide()
    {
        using var client = new HttpClient();
        using var other = await client.GetAsync($"{parts.Gateway.AuthorizationAddress}/private/a");
        using var open = await parts.Gateway.GetAsync("/authorize");

        other.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        open.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
