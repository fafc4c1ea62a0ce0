using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Gateway.Telemetry;
using Gateway.Testing;
using OpenTelemetry.Trace;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>A gateway at rest starts no trace, whatever it does by itself.</summary>
public sealed class RestingSpanTests
{
    // What TelemetryServices exports.
    private static readonly string[] Sources = ["Gateway", "System.Net.Http", "Microsoft.AspNetCore"];

    [Fact]
    public async Task Probes_key_refreshes_file_watching_and_redis_start_no_root_span()
    {
        var (roots, own) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        var sampler = TraceSamplers.Create("always_on", 1);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => Sources.Contains(source.Name),
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => Sample(sampler, options),
            ActivityStarted = activity =>
            {
                // Other tests of this process send requests. What is no request has no parent only if the gateway began it by itself.
                if (activity.Parent is null && activity.Kind != ActivityKind.Server && activity.IsAllDataRequested)
                {
                    roots.Enqueue($"{activity.Source.Name} {activity.OperationName}");
                }

                if (activity.Parent is null && activity.Source.Name == "Gateway")
                {
                    own.Enqueue(activity.OperationName);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var redis = await RedisServer.StartAsync();
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        var configuration = TestGateway.Configuration(issuer, destination)
            .With("Gateway:Revocation", $$"""{ "Store": "Redis", "Redis": { "Connection": "{{redis.Connection}}" } }""")
            .With(
                "ReverseProxy:Clusters:recorder:HealthCheck",
                """{ "Active": { "Enabled": true, "Interval": "00:00:00.200", "Path": "/health" } }""");
        // The first load of the keys is one in the background, as every refresh is.
        await using var gateway = await TestGateway.StartAsync(configuration);

        configuration.With("ReverseProxy:Routes:added", TestGateway.Route("Anonymous", "/added/{**rest}").ToJsonString());
        await File.WriteAllTextAsync(gateway.ConfigFile, configuration.ToJsonString());

        await Eventually.TrueAsync(() => destination.Received.Count(request => request.Target == "/health") > 3, "probes were sent");
        await Eventually.TrueAsync(
            async () => (await gateway.GetAsync("/added/a")).StatusCode == HttpStatusCode.OK, "the changed file is in effect");
        issuer.KeyRequests.ShouldBeGreaterThan(0);
        own.ShouldBeEmpty();
        roots.ShouldBeEmpty();
    }

    /// <summary>As OpenTelemetry's SDK asks its sampler: a dropped root is made, for its trace context, and not recorded.</summary>
    private static ActivitySamplingResult Sample(Sampler sampler, ActivityCreationOptions<ActivityContext> options)
    {
        var decision = sampler.ShouldSample(new SamplingParameters(options.Parent, options.TraceId, options.Name, options.Kind)).Decision;
        return decision != SamplingDecision.Drop ? ActivitySamplingResult.AllDataAndRecorded
            : options.Parent.TraceId == default ? ActivitySamplingResult.PropagationData
            : ActivitySamplingResult.None;
    }
}
