using System.Net.Http.Headers;
using Gateway.Observability;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary><c>/metrics</c>, as Prometheus' own tools read it.</summary>
public sealed class MetricsPageTests : IClassFixture<StandardGateway>
{
    private const string OpenMetrics = "application/openmetrics-text";

    private readonly StandardGateway _parts;

    public MetricsPageTests(StandardGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Fact]
    public async Task Instruments_of_a_request_are_on_the_page()
    {
        using var allowed = await _parts.Gateway.GetAsync("/private/orders", _parts.Issuer.Token().Build());

        var page = await ScrapeAsync(null, "gateway_auth_duration_seconds_count", "http_route=\"/private/{**rest}\"");

        page.ShouldContain("# TYPE gateway_auth_decisions_total counter\n# HELP gateway_auth_decisions_total Decisions on requests to routes with a policy.\n");
        page.ShouldContain("gateway_auth_decisions_total{decision=\"allow\",issuer=\"shop\",reason=\"none\",route=\"private\"} ");
        page.ShouldContain("# TYPE gateway_auth_duration_seconds histogram\n");
        page.ShouldContain("gateway_auth_duration_seconds_bucket{le=\"0.00025\"} ");
        page.ShouldContain("gateway_auth_duration_seconds_bucket{le=\"1.0\"} ");
        page.ShouldContain("gateway_auth_duration_seconds_bucket{le=\"+Inf\"} ");
        page.ShouldContain("gateway_keys_refreshes_total{issuer=\"shop\",result=\"success\"} ");
        page.ShouldContain("gateway_keys_age_seconds{issuer=\"shop\"} ");
        page.ShouldContain("gateway_revocation_lookups_total{result=\"not_revoked\"} ");
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
    public async Task Promtool_finds_no_fault_but_with_the_runtimes_own_names()
    {
        using var allowed = await _parts.Gateway.GetAsync("/private/orders", _parts.Issuer.Token().Build());

        var result = await Script.RunAsync("promtool", ["check", "metrics"], await ScrapeAsync(null, "gateway_auth_decisions"));

        result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith("dotnet_", StringComparison.Ordinal)).ShouldBeEmpty();
        result.ExitCode.ShouldBeOneOf(0, 3);
    }

    [Theory]
    [InlineData(null, "prometheus_client.parser")]
    [InlineData(OpenMetrics, "prometheus_client.openmetrics.parser")]
    public async Task Prometheus_own_library_reads_the_page(string? accept, string parser)
    {
        using var allowed = await _parts.Gateway.GetAsync("/private/orders", _parts.Issuer.Token().Build());
        var script = $"""
            import sys
            from {parser} import text_string_to_metric_families as read
            for family in read(sys.stdin.read()):
                print(family.name, family.type, len(family.samples))
            """;

        var result = await Script.RunAsync("/usr/bin/python3", ["-c", script], await ScrapeAsync(accept, "gateway_auth_decisions"));

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
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1", "application/openmetrics-text; version=1.0.0; charset=utf-8")]
    public async Task Format_is_what_the_scraper_likes_best(string accept, string contentType)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_parts.Gateway.ManagementAddress) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept", accept);

        using var response = await client.SendAsync(request);

        response.Raw("Content-Type").ShouldBe(contentType);
        var page = await response.Content.ReadAsStringAsync();
        page.EndsWith("# EOF\n", StringComparison.Ordinal).ShouldBe(contentType.StartsWith(OpenMetrics, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_instrument_shows_by_its_prometheus_name()
    {
        var metrics = _parts.Gateway.Services.GetRequiredService<GatewayMetrics>();
        metrics.TokenCacheLookup(isHit: true);
        metrics.ConfigReloaded(succeeded: false);
        metrics.HeadersStripped(2);

        var page = await ScrapeAsync(
            null, "gateway_token_cache_lookups_total{result=\"hit\"} ", "gateway_config_reloads_total{result=\"failure\"} ", "gateway_identity_stripped_headers_total ");
        page.ShouldNotContain("# EOF");
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
            TestGateway.Configuration(_parts.Issuer, _parts.Destination), settings: new Dictionary<string, string?> { ["OTEL_SDK_DISABLED"] = "true" });
        using var client = new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) };

        using var page = await client.GetAsync("/metrics");
        using var response = await gateway.GetAsync("/private/orders", _parts.Issuer.Token().Build());

        page.StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
    }

    /// <summary>The page, as soon as all of this is on it.</summary>
    private async Task<string> ScrapeAsync(string? accept, params string[] parts)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_parts.Gateway.ManagementAddress) };
        if (accept is not null)
        {
            client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        }

        var page = "";
        await Eventually.TrueAsync(
            async () =>
            {
                page = await client.GetStringAsync("/metrics");
                return parts.All(part => page.Contains(part, StringComparison.Ordinal));
            },
            $"the page has {string.Join(" and ", parts)}");
        return page;
    }
}
