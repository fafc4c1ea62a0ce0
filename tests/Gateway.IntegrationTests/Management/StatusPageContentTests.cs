using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Management;

/// <summary>What the status page says about destinations and recent requests, its filter and its explain form.</summary>
public sealed partial class StatusPageContentTests : IAsyncLifetime
{
    private readonly SigningKey _key = SigningKey.Rsa("one");
    private RecordingDestination _one = null!;
    private RecordingDestination _two = null!;

    public async ValueTask InitializeAsync() =>
        (_one, _two) = (await RecordingDestination.StartAsync(), await RecordingDestination.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task Destinations_show_their_health_and_only_then_is_all_in_order()
    {
        await using var gateway = await StartAsync(edit: configuration =>
        {
            var cluster = configuration["ReverseProxy"]!["Clusters"]!["recorder"]!;
            cluster["Destinations"]!["two"] = new JsonObject { ["Address"] = _two.Address };
            cluster["HealthCheck"] = JsonNode.Parse(
                """{ "Active": { "Enabled": true, "Interval": "00:00:00.100", "Timeout": "00:00:02", "Path": "/health" } }""");
        });
        await UntilAsync(gateway, "healthy for");
        var fine = await PageAsync(gateway);

        _two.Handler = Fail;
        await UntilAsync(gateway, "Cluster recorder has 1 unhealthy of 2 destinations.");
        var degraded = await PageAsync(gateway);
        await UntilMetricAsync(gateway, "gateway_destinations{cluster=\"recorder\",state=\"unhealthy\"} 1\n");
        await UntilMetricAsync(gateway, "gateway_destinations{cluster=\"recorder\",state=\"healthy\"} 1\n");
        _one.Handler = Fail;
        await UntilAsync(gateway, "Cluster recorder has no healthy destination.");
        var failing = await PageAsync(gateway);

        fine.ShouldContain("In order.");
        fine.ShouldNotContain("Unhealthy unhealthy");
        degraded.ShouldNotContain("In order.");
        degraded.ShouldContain("Degraded:");
        degraded.ShouldMatch(@"two \S+ Unhealthy unhealthy for \d+ s \S+Z off");
        failing.ShouldNotContain("In order.");
        failing.ShouldContain("Failing: Cluster recorder");
        await UntilMetricAsync(gateway, "gateway_destinations{cluster=\"recorder\",state=\"unhealthy\"} 2\n");

        static Task Fail(HttpContext context)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Passive_check_shows_since_when_a_destination_is_left_out()
    {
        await using var gateway = await StartAsync(edit: configuration =>
            configuration["ReverseProxy"]!["Clusters"]!["recorder"]!["HealthCheck"] = JsonNode.Parse(
                """{ "Passive": { "Enabled": true, "Policy": "TransportFailureRate", "ReactivationPeriod": "00:10:00" } }"""));
        await _one.DisposeAsync();

        await Eventually.TrueAsync(
            async () =>
            {
                using var failed = await gateway.GetAsync("/public/a");
                return (await PageAsync(gateway)).Contains("Cluster recorder has no healthy destination", StringComparison.Ordinal);
            },
            "the passive check has marked the destination");

        (await PageAsync(gateway)).ShouldMatch(@"Unhealthy off unhealthy for \d+ s");
    }

    [Fact]
    public async Task Rejections_and_errors_are_counted_by_reason_and_route_without_the_client()
    {
        await using var gateway = await StartAsync();
        var token = new TokenBuilder(_key, AdminGateway.Issuer).With("sub", "alice-canary").With("aud", "another").Build();
        for (var count = 0; count < 3; count++)
        {
            using var rejected = await gateway.GetAsync("/private/a", token);
            rejected.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        using var anonymous = await gateway.GetAsync("/private/b");
        using var passed = await gateway.GetAsync("/public/a");
        await _one.DisposeAsync();
        using var failed = await gateway.GetAsync("/public/a");
        failed.StatusCode.ShouldBe(HttpStatusCode.BadGateway);

        await UntilAsync(gateway, "Errors 1");
        var page = await PageAsync(gateway);

        page.ShouldContain("Requests 6");
        page.ShouldContain("Rejections 4 wrong_audience 3 missing 1");
        page.ShouldMatch("wrong_audience rejection private 401 3 ");
        page.ShouldMatch("missing rejection private 401 1 ");
        page.ShouldMatch("Request error public 502 1 ");
        page.ShouldNotContain("canary");
        page.ShouldNotContain("127.0.0.1 ");
    }

    [Theory]
    [InlineData("?filter=public", 200)]
    [InlineData("?filter=%22%3E%3Cscript%3E", 200)]
    [InlineData("?filter=eyJhbGciOiJSUzI1NiIsImtpZCI6Im9uZSIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwcyJ9", 400)]
    public async Task Filter_shows_the_rows_that_contain_its_text(string query, int status)
    {
        await using var gateway = await StartAsync();

        var html = await HtmlAsync(gateway, query, status);

        html.ShouldNotContain("<script>");
        if (status == 200)
        {
            html.Contains("scope=\"row\">public<", StringComparison.Ordinal).ShouldBe(query.EndsWith("public", StringComparison.Ordinal));
            html.ShouldNotContain("scope=\"row\">private<");
            html.ShouldMatch("href=\"/admin\\?refresh=10&amp;filter=");
        }
    }

    [Fact]
    public async Task Sign_in_keeps_the_filter()
    {
        await using var gateway = await StartAsync("Production");

        (await HtmlAsync(gateway, "?filter=public", 401)).ShouldContain("""<input type="hidden" name="filter" value="public">""");
        (await PostAsync(gateway, new() { ["token"] = Admin, ["filter"] = "public" })).Html.ShouldContain("scope=\"row\">public<");
    }

    [Fact]
    public async Task Explain_form_says_why_a_token_is_rejected_and_keeps_none()
    {
        await using var gateway = await StartAsync("Production");
        var explained = new TokenBuilder(_key, AdminGateway.Issuer).With("aud", "another").Build();
        Dictionary<string, string> form = new() { ["explain"] = explained, ["route"] = "private", ["token"] = Admin };

        var (status, html) = await PostAsync(
            gateway, form, ("Origin", gateway.ManagementAddress), ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Mode", "navigate"));

        status.ShouldBe(200);
        TextOf(html).ShouldContain("Route private, policy Authenticated: Rejected with 401 invalid_token, reason wrong_audience.");
        html.ShouldNotContain(explained[..20]);
        html.ShouldNotContain(Admin[..20]);
        (await PostAsync(gateway, form, ("Origin", "https://stranger.example"))).Status.ShouldBe(403);
        (await PostAsync(gateway, form, ("Sec-Fetch-Site", "same-site"))).Status.ShouldBe(403);
        form["route"] = "<b>";
        (await PostAsync(gateway, form)).Html.ShouldContain("there is no route &quot;&lt;b&gt;&quot;");
        form["token"] = explained;
        (await PostAsync(gateway, form)).ShouldSatisfyAllConditions(
            answer => answer.Status.ShouldBe(401), answer => answer.Html.ShouldNotContain("no route"));
        form.Remove("token");
        (await PostAsync(gateway, form)).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Developer_explains_without_a_token_of_their_own()
    {
        await using var gateway = await StartAsync();

        var (status, html) = await PostAsync(gateway, new() { ["explain"] = Admin, ["route"] = "" });

        status.ShouldBe(200);
        TextOf(html).ShouldContain("Any route, policy Authenticated: Accepted.");
    }

    [Fact]
    public async Task Link_on_another_page_leads_to_a_link_and_shows_nothing()
    {
        await using var gateway = await StartAsync();

        var html = await HtmlAsync(
            gateway, "", 403, ("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"));

        html.ShouldContain("<a href=\"/admin\">Open the status page</a>");
        html.ShouldNotContain("private");
        (await HtmlAsync(gateway, "", 403, ("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe"))).ShouldBeEmpty();
    }

    private static async Task<string> PageAsync(TestGateway gateway) => TextOf(await HtmlAsync(gateway, ""));

    private static async Task<string> HtmlAsync(
        TestGateway gateway, string query, int status = 200, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{gateway.ManagementAddress}/admin{query}");
        var answer = await SendAsync(gateway, request, headers);
        answer.Status.ShouldBe(status);
        return answer.Html;
    }

    /// <summary>One collection is good for a second.</summary>
    private static async Task UntilMetricAsync(TestGateway gateway, string line)
    {
        var (page, name) = ("", line[..line.IndexOf('{', StringComparison.Ordinal)]);
        await Eventually.TrueAsync(
            async () => (page = await gateway.Client.GetStringAsync($"{gateway.ManagementAddress}/metrics"))
                .Contains(line, StringComparison.Ordinal),
            () => $"{line} in:\n{string.Join('\n', page.Split('\n').Where(found => found.StartsWith(name, StringComparison.Ordinal)))}");
    }

    private static async Task<(int Status, string Html)> PostAsync(
        TestGateway gateway, Dictionary<string, string> form, params (string Name, string Value)[] headers)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Post, $"{gateway.ManagementAddress}/admin") { Content = new FormUrlEncodedContent(form) };
        return await SendAsync(gateway, request, headers);
    }

    private static async Task<(int Status, string Html)> SendAsync(
        TestGateway gateway, HttpRequestMessage request, (string Name, string Value)[] headers)
    {
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await gateway.Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static Task UntilAsync(TestGateway gateway, string text) => Eventually.TrueAsync(
        async () => (await PageAsync(gateway)).Contains(text, StringComparison.Ordinal), text);

    /// <summary>What a reader sees, with single spaces.</summary>
    private static string TextOf(string html) =>
        Space()
            .Replace(WebUtility.HtmlDecode(Tag().Replace(Sheet().Replace(html, ""), " ")), " ")
            .Replace(" :", ":", StringComparison.Ordinal);

    private string Admin => AdminGateway.Token(_key, "gateway:admin");

    private Task<TestGateway> StartAsync(string environment = "Development", Action<JsonObject>? edit = null) =>
        AdminGateway.StartAsync(_one, _key, environment, environment == "Production", edit);

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("<style>.*?</style>", RegexOptions.Singleline)]
    private static partial Regex Sheet();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
