using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>A gateway in a process of its own that sends traces, metrics and logs to a collector.</summary>
public sealed class TracedGateway : IAsyncLifetime
{
    private readonly SigningKey _key = SigningKey.Rsa();

    internal const string Issuer = "https://idp.example/shop";

    internal OtlpCollector Collector { get; private set; } = null!;

    internal RecordingDestination Destination { get; private set; } = null!;

    internal GatewayProgram Program { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Collector = await new OtlpCollector().StartAsync();
        Destination = await RecordingDestination.StartAsync();
        var variables = Collector.Variables();
        variables["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=the-test";
        Program = await StartAsync(Destination, _key, variables);
        // Durations are measured from the first scrape on.
        using var scraper = new HttpClient { BaseAddress = new Uri(Program.ManagementAddress) };
        await scraper.GetStringAsync("/metrics");
    }

    /// <summary>The same gateway with another collector, or none.</summary>
    internal static async Task<GatewayProgram> StartAsync(
        RecordingDestination destination, SigningKey key, IReadOnlyDictionary<string, string> variables)
    {
        var configuration = new JsonObject()
            .With(
                "Gateway:Issuers:shop", $$"""{ "Issuer": "{{Issuer}}", "Audiences": ["shop-api"], "Keys": { "JwksFile": "keys.json" } }""")
            .With("Gateway:Revocation", """{ "Store": "Memory" }""")
            .WithRoute("public", "Anonymous")
            .WithRoute("private", "Authenticated")
            .WithRoute("bare", "Anonymous", """{ "Transforms": [{ "RequestHeaderRemove": "baggage" }] }""")
            .WithRoute("dead", "Anonymous", """{ "ClusterId": "dead" }""")
            .WithCluster("recorder", destination.Address)
            .WithCluster("dead", $"http://127.0.0.1:{RedisServer.FreePort()}");
        var program = await GatewayProgram.StartAsync(
            new Dictionary<string, string>
            {
                ["yarp.json"] = configuration.ToJsonString(),
                ["keys.json"] = new JsonObject { ["keys"] = new JsonArray(key.ToJwk()) }.ToJsonString(),
            },
            variables);
        await program.WaitUntilAsync("keys:shop", "revocations");
        return program;
    }

    internal TokenBuilder Token() => new(_key, Issuer);

    /// <summary>The server span of a trace, once it has arrived.</summary>
    internal async Task<OtlpSpan> ServerSpanAsync(string traceId)
    {
        OtlpSpan? found = null;
        await Eventually.TrueAsync(
            () => (found = Collector.Spans.FirstOrDefault(span => span.TraceId == traceId && span.Kind == OtlpSpan.Server)) is not null,
            $"the span of trace {traceId} arrives");
        return found!;
    }

    public async ValueTask DisposeAsync()
    {
        await Program.DisposeAsync();
        await Destination.DisposeAsync();
        await Collector.DisposeAsync();
        _key.Dispose();
    }
}
