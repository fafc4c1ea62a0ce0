using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>A trace starts with a client's request, whichever sampler is in effect.</summary>
public sealed class BackgroundTraceTests
{
    private const string CallerSpan = "b7ad6b7169203331";
    private const string Probe = "/health";

    [Theory]
    [InlineData("")]
    [InlineData("always_on")]
    [InlineData("traceidratio")]
    public async Task Health_probes_secret_files_and_key_fetches_start_no_trace(string sampler)
    {
        await using var parts = await StartAsync(sampler);
        await Eventually.TrueAsync(
            () => parts.Destination.Received.Count(request => request.Target == Probe) >= 3 && parts.Issuer.KeyRequests > 0,
            "probes and fetches were sent");
        using var scraper = new HttpClient { BaseAddress = new Uri(parts.Program.ManagementAddress) };
        await scraper.GetStringAsync("/livez");

        var trace = await SendAsync(parts, parts.Issuer.Rsa);

        parts.Collector.Spans.ShouldAllBe(span => span.TraceId == trace);
        parts.Collector.Spans.Count().ShouldBe(2);
        parts.Destination.Received.Where(request => request.Target == Probe)
            .ShouldAllBe(request => request.Header("traceparent") == null || request.Header("traceparent")!.EndsWith("-00"));
    }

    [Fact]
    public async Task Key_fetch_that_a_request_waits_for_belongs_to_its_trace()
    {
        await using var parts = await StartAsync("");
        using var published = SigningKey.Rsa("rsa-2");
        parts.Issuer.Keys = [published.ToJwk()];

        var trace = await SendAsync(parts, published);

        parts.Collector.Spans.ShouldAllBe(span => span.TraceId == trace);
        var server = parts.Collector.Spans.Single(span => span.Kind == OtlpSpan.Server);
        var refresh = parts.Collector.Spans.Single(span => span.Name == "gateway.keys.refresh");
        refresh.ParentSpanId.ShouldBe(server.SpanId);
        refresh.Attributes.ShouldContainKeyAndValue("gateway.issuer", "shop");
    }

    /// <summary>Sends a traced request with a good token and returns its trace id when its server span has arrived.</summary>
    private static async Task<string> SendAsync(Parts parts, SigningKey key)
    {
        var trace = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        using var request = TestGateway.Request(HttpMethod.Get, "/orders/1", new TokenBuilder(key, parts.Issuer.Issuer).Build());
        request.Headers.TryAddWithoutValidation("traceparent", $"00-{trace}-{CallerSpan}-01");
        using var response = await parts.Program.Client.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        await Eventually.TrueAsync(
            () => parts.Collector.Spans.Any(span => span.TraceId == trace && span.Kind == OtlpSpan.Server), "the server span arrives");
        return trace;
    }

    private static async Task<Parts> StartAsync(string sampler)
    {
        var parts = new Parts(
            await new OtlpCollector().StartAsync(), await RecordingDestination.StartAsync(), await FakeIssuer.StartAsync());
        var issuer = parts.Issuer.Issuer;
        var configuration = new JsonObject()
            .With("Gateway:Issuers:shop", $$"""{ "Issuer": "{{issuer}}", "Audiences": ["shop-api"], "Keys": { "Discovery": true } }""")
            .With(
                "Gateway:Issuers:batch",
                """{ "Issuer": "batch", "Audiences": ["shop-api"], "Keys": { "SecretFile": "batch.secret" }, "Algorithms": ["HS256"] }""")
            .With("Gateway:Revocation", """{ "Store": "Memory" }""")
            .WithRoute("orders", "Authenticated")
            .WithCluster("recorder", parts.Destination.Address)
            .With(
                "ReverseProxy:Clusters:recorder:HealthCheck",
                $$"""{ "Active": { "Enabled": true, "Interval": "00:00:00.200", "Path": "{{Probe}}" } }""");
        var variables = parts.Collector.Variables();
        variables["DOTNET_ENVIRONMENT"] = "Development";
        variables["OTEL_TRACES_SAMPLER"] = sampler;
        parts.Program = await GatewayProgram.StartAsync(
            new Dictionary<string, string>
            {
                ["yarp.json"] = configuration.ToJsonString(),
                ["batch.secret"] = "a secret of more than sixty-four characters, as HS256 keys need at least 32 bytes",
            },
            variables);
        await parts.Program.WaitUntilAsync("keys:shop", "keys:batch", "revocations");
        return parts;
    }

    private sealed record Parts(OtlpCollector Collector, RecordingDestination Destination, FakeIssuer Issuer) : IAsyncDisposable
    {
        public GatewayProgram Program { get; set; } = null!;

        public async ValueTask DisposeAsync()
        {
            await Program.DisposeAsync();
            await Issuer.DisposeAsync();
            await Destination.DisposeAsync();
            await Collector.DisposeAsync();
        }
    }
}
