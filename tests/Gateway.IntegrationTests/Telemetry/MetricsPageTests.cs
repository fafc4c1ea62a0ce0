using System.Net;
using System.Net.Http.Headers;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary><c>/metrics</c>, as Prometheus' own tools read it.</summary>
public sealed class MetricsPageTests(TracedGateway parts) : IClassFixture<TracedGateway>
{
    private const string OpenMetrics = "application/openmetrics-text";

    [Fact]
    public async Task Instruments_of_a_request_are_on_the_page()
    {
        var token = parts.Token().Build();
        await SendAsync(token);
        await SendAsync(token);

        var page = await ScrapeAsync(null, "gateway_token_cache_lookups_total{result=\"hit\"} ", "http_route=\"/private/{**rest}\"");

        page.ShouldContain(
            "# TYPE gateway_auth_decisions_total counter\n# HELP gateway_auth_decisions_total Decisions on requests to routes with a " +
                "policy.\n");
        page.ShouldContain("gateway_auth_decisions_total{decision=\"allow\",issuer=\"shop\",reason=\"none\",route=\"private\"} ");
        page.ShouldContain("# TYPE gateway_auth_duration_seconds histogram\n");
        page.ShouldContain("gateway_auth_duration_seconds_bucket{le=\"0.00025\"} ");
        page.ShouldContain("gateway_auth_duration_seconds_bucket{le=\"1.0\"} ");
        page.ShouldContain("gateway_auth_duration_seconds_bucket{le=\"+Inf\"} ");
        page.ShouldContain("gateway_keys_refreshes_total{issuer=\"shop\",result=\"success\"} ");
        page.ShouldContain("gateway_keys_age_seconds{issuer=\"shop\"} ");
        page.ShouldContain("gateway_revocation_lookups_total{result=\"not_revoked\"} ");
        page.ShouldContain("gateway_token_cache_lookups_total{result=\"miss\"} ");
        page.ShouldContain("gateway_identity_stripped_headers_total ");
        page.ShouldContain("gateway_revocation_entries 0\n");
        page.ShouldContain("gateway_revocation_lag_seconds ");
        page.ShouldContain("http_server_request_duration_seconds_bucket{");
        page.ShouldContain("http_client_request_duration_seconds_bucket{");
        page.ShouldContain("kestrel_active_connections{");
        page.ShouldContain("# TYPE dotnet_thread_pool_queue_length gauge\n");
        page.ShouldContain("process_resident_memory_bytes ");
        page.ShouldContain("target_info{");
        page.ShouldNotContain("/metrics");
    }

    [Fact]
    public async Task Text_that_a_client_made_up_starts_no_series()
    {
        const string madeUp = "made-up-by-a-client";
        using var stranger = SigningKey.Rsa(madeUp);
        string[] tokens =
        [
            new TokenBuilder(stranger, $"https://{madeUp}.example").Build(),
            parts.Token().WithHeader("kid", madeUp).WithHeader("alg", madeUp).Build(),
            parts.Token().With("sub", madeUp).With("aud", madeUp).Build(),
        ];
        foreach (var token in tokens)
        {
            using var request = TestGateway.Request(new HttpMethod(madeUp), $"/private/{madeUp}?{madeUp}", token);
            request.Headers.Host = $"{madeUp}.example";
            request.Headers.Add("User-Agent", madeUp);
            using var response = await parts.Program.Client.SendAsync(request);
            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        using var nowhere = await parts.Program.Client.GetAsync($"/{madeUp}");

        var page =
            await ScrapeAsync(null, "reason=\"wrong_audience\"", "http_request_method=\"_OTHER\"", "http_response_status_code=\"404\"");
        page.ShouldContain(
            "gateway_auth_decisions_total{decision=\"deny\",issuer=\"unknown\",reason=\"unknown_issuer\",route=\"private\"} ");
        page.ShouldNotContain(madeUp);
    }

    [Fact]
    public async Task Promtool_finds_no_fault_but_with_the_runtimes_own_names()
    {
        await SendAsync(parts.Token().Build());

        var result = await Script.RunAsync("promtool", ["check", "metrics"], await ScrapeAsync(null, "gateway_auth_decisions"));

        result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith("dotnet_", StringComparison.Ordinal))
            .ShouldBeEmpty();
        result.ExitCode.ShouldBeOneOf(0, 3);
    }

    [Theory]
    [InlineData(null, "prometheus_client.parser")]
    [InlineData(OpenMetrics, "prometheus_client.openmetrics.parser")]
    public async Task Prometheus_own_library_reads_the_page(string? accept, string parser)
    {
        await SendAsync(parts.Token().Build());
        var script = $"""
            import sys
            from {parser} import text_string_to_metric_families as read
            for family in read(sys.stdin.read()):
                print(family.name, family.type, len(family.samples))
            """;

        var result = await Script.RunAsync(
            "/usr/bin/python3", ["-c", script], await ScrapeAsync(accept, "gateway_auth_decisions", "gateway_auth_duration"));

        result.Errors.ShouldBeEmpty();
        result.Output.ShouldContain("gateway_auth_decisions counter ");
        result.Output.ShouldContain("gateway_auth_duration_seconds histogram ");
        result.Output.ShouldContain("gateway_keys_age_seconds gauge ");
    }

    [Theory]
    [InlineData("", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("*/*", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("text/plain", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("not a media type", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("application/openmetrics-text;q=0", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("application/openmetrics-text;q=0.1,text/plain;q=0.9", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData(
        "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
        "application/openmetrics-text; version=1.0.0; charset=utf-8")]
    public async Task Format_is_what_the_scraper_likes_best(string accept, string contentType)
    {
        using var client = new HttpClient { BaseAddress = new Uri(parts.Program.ManagementAddress) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept", accept);

        using var response = await client.SendAsync(request);

        response.Raw("Content-Type").ShouldBe(contentType);
        var page = await response.Content.ReadAsStringAsync();
        page.EndsWith("# EOF\n", StringComparison.Ordinal).ShouldBe(contentType.StartsWith(OpenMetrics, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_scrapes_at_once_are_all_answered()
    {
        var pages = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => ScrapeAsync(i % 2 == 0 ? null : OpenMetrics)));

        pages.ShouldAllBe(page => page.Contains("process_start_time_seconds "));
    }

    [Fact]
    public async Task Disabled_sdk_has_no_page_and_serves_as_ever()
    {
        await using var gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(parts.Destination), settings: new Dictionary<string, string?> { ["OTEL_SDK_DISABLED"] = "true" });
        using var client = new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) };

        using var page = await client.GetAsync("/metrics");
        using var response = await gateway.GetAsync("/public/orders");

        page.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private async Task SendAsync(string token)
    {
        using var request = TestGateway.Request(HttpMethod.Get, "/private/orders", token);
        request.Headers.Add("X-Auth-Subject", "mallory");
        using var response = await parts.Program.Client.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>The page, as soon as all of this is on it.</summary>
    private async Task<string> ScrapeAsync(string? accept, params string[] expected)
    {
        using var client = new HttpClient { BaseAddress = new Uri(parts.Program.ManagementAddress) };
        if (accept is not null)
        {
            client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        }

        var page = "";
        await Eventually.TrueAsync(
            async () =>
            {
                page = await client.GetStringAsync("/metrics");
                return expected.All(part => page.Contains(part, StringComparison.Ordinal));
            },
            $"the page has {string.Join(" and ", expected)}");
        return page;
    }
}
