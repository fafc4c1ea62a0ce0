using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Management;

/// <summary>The status page as a person's browser shows it, and as strangers' pages get to see it.</summary>
public sealed class StatusPageTests : IAsyncLifetime
{
    private const string Hostile = "<script>alert(1)</script>";

    private readonly SigningKey _key = SigningKey.Rsa("\"><img src=x onerror=alert(2)>");
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync() => _destination = await RecordingDestination.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _destination.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task Developer_sees_routes_issuers_revocations_and_configuration()
    {
        await using var gateway = await StartAsync("Development");
        await gateway.RevokeAsync("""{ "kind": "sub", "issuer": "shop", "value": "mallory" }""");
        await Eventually.TrueAsync(
            async () => (await gateway.DescribeAsync("dark"))?.LastError() is not null, "the dark issuer has been asked for keys");
        var configuration = JsonNode.Parse(await File.ReadAllTextAsync(gateway.ConfigFile))!.AsObject();
        configuration["Gateway"]!["Nonsense"] = 1;
        await File.WriteAllTextAsync(gateway.ConfigFile, configuration.ToJsonString());
        await Eventually.TrueAsync(
            async () => (await RawAsync(gateway, "GET")).Contains("The file is rejected", StringComparison.Ordinal),
            "the change has been rejected");

        var page = await OpenAsync(gateway, "");

        page.Status.ShouldBe(200);
        page.Asked.ShouldBeFalse();
        page.Texts("headings").ShouldBe(
            ["Gateway", "Last 5 min", "Destinations", "Routes", "Issuers", "Revocations", "Configuration", "Why is a token rejected?"]);
        page.Texts("notices").ShouldContain(notice => notice.StartsWith("Failing: Issuer dark has no keys", StringComparison.Ordinal));
        page.Texts("notices").ShouldContain(
            notice => notice.StartsWith("Failing: The changed configuration file is rejected", StringComparison.Ordinal));
        page.Row("Routes", "private").ShouldContain("Authenticated Enforces");
        page.Row("Routes", "public").ShouldContain("Public");
        var hostile = page.Row("Routes", Hostile);
        hostile.ShouldContain("orders Reports only: rejects no request");
        hostile.ShouldContain("issuer: shop");
        hostile.ShouldContain("scopes: all of orders:read");
        hostile.ShouldContain("tenant: exactly <b>blue</b>");
        hostile.ShouldContain("revocations unknown: lets through");
        hostile.ShouldContain("rate limit few: 5 in 1 min by sub, SlidingWindow");
        hostile.ShouldContain("body: 1,000 bytes");
        page.Row("Destinations", "recorder").ShouldContain($"one {_destination.Address} not checked off off");
        page.Row("Issuers", "shop").ShouldContain("\"><img src=x onerror=alert(2)>");
        page.Row("Issuers", "shop").ShouldMatch(@"\d+ s ago");
        page.Row("Issuers", "shop").ShouldMatch(@"in \d+ (s|min)");
        page.Row("Issuers", "dark").ShouldContain("No keys");
        page.Facts("Store").ShouldBe("Memory: lost when the process ends");
        page.Facts("Entries").ShouldBe("1");
        page.Facts("Last read to the end").ShouldMatch(@"^\d+\.\d s ago");
        page.Facts("SHA-256").ShouldMatch("^[0-9a-f]{64}$");
        page.Facts("Last rejected").ShouldContain("Gateway:Nonsense this key is unknown.");
        page.ShouldBeInert();
        page.Followed.ShouldBe([200, 200]);
        Strangers(page).ShouldBe(["fetch net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin", "frame 403", "link 403", "form 403", "rebound 403"]);
    }

    [Fact]
    public async Task Administrator_sees_it_after_sending_a_token_in_the_form()
    {
        await using var gateway =
            await StartAsync("Production", sources: """[{ "Header": "Authorization", "Scheme": "Bearer" }, { "Cookie": "token" }]""");

        var page = await OpenAsync(gateway, Token("gateway:admin"));

        page.Status.ShouldBe(200);
        page.Asked.ShouldBeTrue();
        page.Texts("headings").ShouldContain("Routes");
        page.Html.ShouldNotContain(Token("gateway:admin")[..20]);
        page.Address.ShouldNotContain("token");
        page.Cookies.ShouldBe(0);
        page.Followed.ShouldBeEmpty();
        page.ShouldBeInert();
        // Whoever is rebound has no credentials: it is asked for them like anybody.
        Strangers(page).ShouldBe(["fetch net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin", "frame 403", "link 403", "form 403", "rebound 401"]);
    }

    [Fact]
    public async Task Redis_that_is_silent_is_said_in_words_until_it_answers()
    {
        await using var redis = await RedisServer.StartAsync("canary-password");
        await using var gateway = await StartAsync("Development", edit: configuration => configuration.With(
            "Gateway:Revocation",
            $$"""{ "Store": "Redis", "MaxStaleness": "00:00:01", "Redis": { "Connection": "{{redis.Connection}},password=canary-password", "Timeout": "00:00:00.100" } }"""));
        var before = await RawAsync(gateway, "GET");

        await redis.HangAsync();
        await UntilAsync("The breaker is open: the gateway sends one call per second.");
        await UntilAsync("The revocation list is older than 00:00:01: Redis does not answer in time.");
        var during = await RawAsync(gateway, "GET");
        await redis.ContinueAsync();
        await UntilAsync("answers; breaker closed");

        before.ShouldContain($"Redis, Redis at {redis.Connection}");
        before.ShouldContain("answers; breaker closed");
        during.ShouldContain("breaker open");
        during.ShouldContain("Too old");
        (before + during).ShouldNotContain("canary-password");

        Task UntilAsync(string text) =>
            Eventually.TrueAsync(async () => (await RawAsync(gateway, "GET")).Contains(text, StringComparison.Ordinal), text);
    }

    [Theory]
    [InlineData("", 401, "")]
    [InlineData("nonsense", 401, "The token is not accepted.")]
    [InlineData("orders:read", 403, "it is not an administrator&#x27;s")]
    public async Task Form_without_an_administrators_token_shows_nothing(string scope, int status, string problem)
    {
        await using var gateway = await StartAsync("Production");
        var answer = scope.Length == 0
            ? await RawAsync(gateway, "GET")
            : await RawAsync(gateway, "POST", scope == "nonsense" ? scope : Token(scope));

        RawHttp.StatusOf(answer).ShouldBe(status);
        answer.ShouldContain("Access token of an administrator");
        answer.ShouldContain(problem);
        answer.ShouldContain("no-store");
        answer.ShouldNotContain("private");
    }

    [Fact]
    public async Task Header_or_cookie_with_a_token_opens_the_page_without_the_form()
    {
        await using var gateway =
            await StartAsync("Production", sources: """[{ "Header": "Authorization", "Scheme": "Bearer" }, { "Cookie": "token" }]""");
        var token = Token("gateway:admin");

        RawHttp.StatusOf(await RawAsync(gateway, "GET", headers: $"Authorization: Bearer {token}\r\n")).ShouldBe(200);
        RawHttp.StatusOf(
            await RawAsync(
                gateway, "GET", headers: $"Cookie: token={token}\r\nSec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n")).ShouldBe(200);
        RawHttp.StatusOf(await RawAsync(gateway, "GET", headers: $"Cookie: token={token}\r\nSec-Fetch-Site: same-site\r\n")).ShouldBe(403);
        RawHttp.StatusOf(
            await RawAsync(
                gateway, "GET",
                headers: $"Cookie: token={token}\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n")).ShouldBe(403);
        RawHttp.StatusOf(
            await RawAsync(
                gateway, "GET",
                headers: $"Cookie: token={token}\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: " +
                    "iframe\r\n")).ShouldBe(403);
        RawHttp.StatusOf(await RawAsync(gateway, "POST", token, "Origin: https://stranger.example\r\n")).ShouldBe(403);
        RawHttp.StatusOf(await RawAsync(gateway, "POST", token, "Origin: null\r\n")).ShouldBe(403);
        RawHttp.StatusOf(await RawAsync(gateway, "GET", headers: $"Authorization: Bearer {Token("orders:read")}\r\n")).ShouldBe(403);
    }

    [Fact]
    public async Task Page_is_not_there_in_production_without_a_policy()
    {
        await using var gateway = await StartAsync("Production", hasPolicy: false);

        RawHttp.StatusOf(await RawAsync(gateway, "GET")).ShouldBe(404);
        RawHttp.StatusOf(await RawAsync(gateway, "POST", Token("gateway:admin"))).ShouldBe(404);
    }

    [Theory]
    [InlineData("?refresh=10", 200)]
    [InlineData("?refresh=0", 400)]
    [InlineData("?refresh=%22%3E%3Cscript%3E", 400)]
    [InlineData("?refersh=10", 400)]
    public async Task Page_refreshes_itself_when_asked_to(string query, int status)
    {
        await using var gateway = await StartAsync("Development");

        var answer = await RawAsync(gateway, "GET", query: query);

        RawHttp.StatusOf(answer).ShouldBe(status);
        answer.Contains("<meta http-equiv=\"refresh\" content=\"10\">", StringComparison.Ordinal).ShouldBe(status == 200);
        answer.ShouldNotContain("<script>");
    }

    private static IEnumerable<string> Strangers(BrowsedPage page) => page.Strangers.Select(pair => $"{pair.Key} {pair.Value}");

    private static async Task<BrowsedPage> OpenAsync(TestGateway gateway, string token)
    {
        var run = await Script.RunAsync(
            "node",
            [
                Path.Combine(Script.Interop, "status-page.mjs"), $"{gateway.ManagementAddress}/admin",
                Environment.GetEnvironmentVariable("GATEWAY_SCREENSHOTS") ?? ""],
            token);
        run.ExitCode.ShouldBe(0, run.Errors);
        return new BrowsedPage(JsonNode.Parse(run.Output)!.AsObject());
    }

    private static Task<string> RawAsync(TestGateway gateway, string method, string? token = null, string headers = "", string query = "")
    {
        var address = gateway.ManagementAddress.Replace("localhost", "127.0.0.1", StringComparison.Ordinal);
        var form = token is null ? "" : $"token={token}";
        return RawHttp.SendAsync(
            address,
            $"{method} /admin{query} HTTP/1.1\r\nHost: {new Uri(address).Authority}\r\n{headers}"
            + $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {form.Length}\r\nConnection: close\r\n\r\n{form}");
    }

    private string Token(string scope) => AdminGateway.Token(_key, scope);

    private Task<TestGateway> StartAsync(
        string environment, bool hasPolicy = true, string? sources = null, Action<JsonObject>? edit = null) =>
        AdminGateway.StartAsync(_destination, _key, environment, hasPolicy && environment == "Production", configuration =>
        {
            var route = TestGateway.Route("orders", "/hostile/{**rest}");
            (route["RateLimiterPolicy"], route["MaxRequestBodySize"]) = ("few", 1000);
            configuration["ReverseProxy"]!["Routes"]![Hostile] = route;
            configuration
                .With("Gateway:Issuers:dark", $$"""
                    { "Issuer": "https://dark.test", "Audiences": ["shop-api"], "Keys": { "JwksUri": "https://127.0.0.1:{{RedisServer.FreePort()}}/keys" }, "Required": false }
                    """)
                .With("Gateway:Policies:orders", """
                    { "Issuers": ["shop"], "Scopes": { "All": ["orders:read"] }, "Claims": [{ "Path": "tenant", "Equals": "<b>blue</b>" }], "Mode": "Report", "OnRevocationUnavailable": "Allow" }
                    """)
                .With("Gateway:RateLimits:few", """{ "Kind": "SlidingWindow", "Permits": 5, "Window": "00:01:00", "PartitionBy": "sub" }""")
                .With("Gateway:TokenSources", sources is null ? null : JsonNode.Parse(sources));
            edit?.Invoke(configuration);
        });
}

/// <summary>What status-page.mjs saw.</summary>
internal sealed class BrowsedPage(JsonObject seen)
{
    public int Status => seen["status"]!.GetValue<int>();

    public bool Asked => seen["asked"]!.GetValue<bool>();

    public string Address => seen["address"]!.GetValue<string>();

    public string Html => seen["html"]!.GetValue<string>();

    public int Cookies => seen["cookies"]!.GetValue<int>();

    /// <summary>The statuses of the page's own link and of a reload.</summary>
    public int[] Followed => [.. seen["followed"]!.AsArray().Select(status => status!.GetValue<int>())];

    public JsonObject Strangers => seen["strangers"]!.AsObject();

    public string[] Texts(string name) => [.. seen[name]!.AsArray().Select(text => text!.GetValue<string>())];

    public string Facts(string term) => seen["facts"]![term]!.GetValue<string>();

    /// <summary>All cells of a row on one line.</summary>
    public string Row(string table, string name)
    {
        var rows = seen["tables"]!.AsArray().First(each => each!["section"]!.GetValue<string>() == table)!["rows"]!.AsArray();
        var row = rows.FirstOrDefault(row => row!["name"]!.GetValue<string>() == name).ShouldNotBeNull($"{name} in {rows.ToJsonString()}");
        return string.Join(' ', row["cells"]!.AsArray().SelectMany(cell => cell!.GetValue<string>().Split('\n')));
    }

    /// <summary>Nothing ran, nothing came from elsewhere, nothing is kept, and it fits on a telephone.</summary>
    public void ShouldBeInert()
    {
        Texts("errors").ShouldBeEmpty();
        seen["scripts"]!.GetValue<int>().ShouldBe(0);
        seen["isScriptRun"]!.GetValue<bool>().ShouldBeFalse("the page's policy lets no script run");
        Texts("requested").ShouldAllBe(url => url.EndsWith("/admin", StringComparison.Ordinal)
            || url.EndsWith("/admin?refresh=10", StringComparison.Ordinal)
            || url == "data:,");
        var headers = seen["headers"]!;
        headers["content-security-policy"]!.GetValue<string>().ShouldStartWith("default-src 'none'; style-src 'sha256-");
        headers["cache-control"]!.GetValue<string>().ShouldBe("no-store");
        headers["x-content-type-options"]!.GetValue<string>().ShouldBe("nosniff");
        seen["overflow"]!.AsObject().ShouldAllBe(width => width.Value!.GetValue<int>() == 0);
    }
}
