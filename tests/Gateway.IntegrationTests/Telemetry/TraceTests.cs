using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Telemetry;

public sealed class TraceTests(TracedGateway parts) : IClassFixture<TracedGateway>
{
    private const string CallerSpan = "b7ad6b7169203331";

    private readonly string _traceId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    [Fact]
    public async Task Request_is_one_trace_from_the_callers_span_to_the_destination()
    {
        using var response = await SendAsync("/private/orders?page=2", parts.Token().Build());

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var server = await parts.ServerSpanAsync(_traceId);
        server.ParentSpanId.ShouldBe(CallerSpan);
        var client = parts.Collector.Spans.Single(span => span.TraceId == _traceId && span.Kind == OtlpSpan.Client);
        client.ParentSpanId.ShouldBe(server.SpanId);
        parts.Destination.Last.Header("traceparent").ShouldBe($"00-{_traceId}-{client.SpanId}-01");
        parts.Destination.Last.Header("tracestate").ShouldBe("vendor=1");
        parts.Collector.Spans.Count(span => span.TraceId == _traceId).ShouldBe(2);
    }

    [Fact]
    public async Task Server_span_names_route_outcome_and_decision()
    {
        using var response = await SendAsync("/private/orders?page=2", parts.Token().Build());

        var span = await parts.ServerSpanAsync(_traceId);

        span.Name.ShouldBe("GET /private/{**rest}");
        span.Status.ShouldBe(0);
        span.Attributes.ShouldContainKeyAndValue("http.request.method", "GET");
        span.Attributes.ShouldContainKeyAndValue("http.route", "/private/{**rest}");
        span.Attributes.ShouldContainKeyAndValue("http.response.status_code", "200");
        span.Attributes.ShouldContainKeyAndValue("url.path", "/private/orders");
        span.Attributes.ShouldContainKeyAndValue("url.scheme", "http");
        span.Attributes.ShouldContainKeyAndValue("network.protocol.version", "1.1");
        span.Attributes.ShouldContainKeyAndValue("gateway.route.id", "private");
        span.Attributes.ShouldContainKeyAndValue("gateway.cluster.id", "recorder");
        span.Attributes.ShouldContainKeyAndValue("gateway.destination.id", "one");
        var decision = span.Events.ShouldHaveSingleItem();
        decision.Name.ShouldBe("gateway.auth.decision");
        decision.Attributes.ShouldBe(
            new Dictionary<string, string> { ["decision"] = "allow", ["reason"] = "none", ["route"] = "private", ["issuer"] = "shop" },
            ignoreOrder: true);
    }

    [Fact]
    public async Task Rejected_request_is_found_in_log_and_trace_by_the_trace_id_of_its_answer()
    {
        using var response = await SendAsync("/private/orders", parts.Token().With("aud", "other").Build());

        var problem = await response.ShouldBeProblemAsync(401);
        problem["traceId"]!.GetValue<string>().ShouldBe(_traceId);
        await Eventually.TrueAsync(
            () => parts.Program.Lines.Any(line => line.Contains(_traceId, StringComparison.Ordinal)), "the line is written");
        var line = JsonNode.Parse(parts.Program.Lines.Single(line => line.Contains(_traceId, StringComparison.Ordinal)))!;
        line["Category"]!.GetValue<string>().ShouldBe("Gateway.Access");
        line["LogLevel"]!.GetValue<string>().ShouldBe("Information");
        line["State"]!["TraceId"]!.GetValue<string>().ShouldBe(_traceId);
        line["State"]!["Reason"]!.GetValue<string>().ShouldBe("wrong_audience");
        var span = await parts.ServerSpanAsync(_traceId);
        span.Events.ShouldHaveSingleItem().Attributes.ShouldContainKeyAndValue("reason", "wrong_audience");
        span.Attributes.ShouldContainKeyAndValue("http.response.status_code", "401");
        span.Attributes.ShouldNotContainKey("error.type");
        await Eventually.TrueAsync(() => parts.Collector.Holds("/v1/logs", "wrong_audience"), "the line arrives at the collector");
    }

    [Fact]
    public async Task Destination_that_does_not_answer_is_an_error_of_the_span()
    {
        using var response = await SendAsync("/dead/orders", null);

        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        var span = await parts.ServerSpanAsync(_traceId);
        span.Status.ShouldBe(OtlpSpan.Failed);
        span.Attributes.ShouldContainKeyAndValue("error.type", "502");
        span.Attributes.ShouldContainKeyAndValue("gateway.proxy.error", "Request");
    }

    [Theory]
    [InlineData("/public/orders", "user=mallory,a=b;c=d")]
    [InlineData("/bare/orders", null)]
    public async Task Baggage_is_a_header_like_any_other_that_a_transform_can_remove(string path, string? expected)
    {
        using var request = Request(path, null);
        request.Headers.TryAddWithoutValidation("baggage", "user=mallory,a=b;c=d");

        using var response = await parts.Program.Client.SendAsync(request);

        parts.Destination.Last.Header("baggage").ShouldBe(expected);
        var span = await parts.ServerSpanAsync(_traceId);
        span.Attributes.Values.ShouldNotContain("mallory");
    }

    [Fact]
    public async Task Method_that_a_client_made_up_is_not_on_the_server_span()
    {
        using var request = Request("/public/orders", null);
        request.Method = new HttpMethod("MADE-UP-METHOD");

        using var response = await parts.Program.Client.SendAsync(request);

        var span = await parts.ServerSpanAsync(_traceId);
        span.Name.ShouldBe("HTTP /public/{**rest}");
        span.Attributes.ShouldContainKeyAndValue("http.request.method", "_OTHER");
        span.Attributes.Values.ShouldNotContain("MADE-UP-METHOD");
    }

    [Fact]
    public async Task Metrics_and_resource_arrive_at_the_collector_and_probes_are_not_traced()
    {
        using var response = await SendAsync("/private/orders", parts.Token().Build());

        await parts.ServerSpanAsync(_traceId);
        await Eventually.TrueAsync(() => parts.Collector.Holds("/v1/metrics", "gateway.auth.decisions"), "the metric arrives");
        parts.Collector.Holds("/v1/traces", "the-test").ShouldBeTrue();
        parts.Collector.Holds("/v1/metrics", "the-test").ShouldBeTrue();
        parts.Collector.Spans.ShouldAllBe(span => !span.Attributes.Values.Contains("/readyz"));
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string? token)
    {
        using var request = Request(path, token);
        return await parts.Program.Client.SendAsync(request);
    }

    private HttpRequestMessage Request(string path, string? token)
    {
        var request = TestGateway.Request(HttpMethod.Get, path, token);
        request.Headers.TryAddWithoutValidation("traceparent", $"00-{_traceId}-{CallerSpan}-01");
        request.Headers.TryAddWithoutValidation("tracestate", "vendor=1");
        return request;
    }
}
