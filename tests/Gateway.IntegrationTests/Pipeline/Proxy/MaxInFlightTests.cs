using System.Net;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Configuration;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Proxy;

public sealed class MaxInFlightTests
{
    [Fact]
    public async Task Request_beyond_the_limit_is_answered_at_once_and_others_as_soon_as_one_has_ended()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var cluster = await Cluster.StartAsync("""{ "MaxInFlight": 2 }""", listening: 1, handler: _ => release.Task);
        using var rejections = new MetricCapture(cluster.Gateway, "gateway.cluster.rejections");
        using var inFlight = new MetricCapture(cluster.Gateway, "gateway.cluster.in_flight");
        var first = cluster.Gateway.GetAsync("/public/a");
        var second = cluster.Gateway.GetAsync("/public/b");
        await Eventually.TrueAsync(() => cluster.Received.Count() == 2, "both are under way");

        using (var rejected = await cluster.Gateway.GetAsync("/public/c"))
        {
            await rejected.ShouldBeProblemAsync(503);
            rejected.Raw("Retry-After").ShouldBe("1");
        }

        inFlight.Measurements.ShouldBe(["2 cluster=recorder"]);
        rejections.Measurements.ShouldBe(["1 cluster=recorder"]);
        cluster.Gateway.Logs.Lines.ShouldContain(line => line.Contains("too_many_in_flight", StringComparison.Ordinal));
        release.SetResult();
        (await first).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await second).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await cluster.StatusesAsync(3, () => TestGateway.Request(HttpMethod.Get, "/public/d"))).ShouldBe([200, 200, 200]);
    }

    [Fact]
    public async Task Failed_requests_do_not_stay_in_the_count()
    {
        await using var cluster = await Cluster.StartAsync("""{ "MaxInFlight": 1 }""", listening: 1, handler: context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });

        (await cluster.StatusesAsync(3, () => TestGateway.Request(HttpMethod.Get, "/public/a"))).ShouldBe([502, 502, 502]);
    }

    [Fact]
    public async Task Request_without_a_token_takes_no_place()
    {
        await using var cluster = await Cluster.StartAsync("""{ "MaxInFlight": 1 }""", listening: 1);

        (await cluster.StatusesAsync(3, () => TestGateway.Request(HttpMethod.Get, "/private/a"))).ShouldBe([401, 401, 401]);
        (await cluster.StatusesAsync(1, () => TestGateway.Request(HttpMethod.Get, "/private/a", cluster.Issuer.Token().Build()))).ShouldBe([200]);
    }

    [Fact]
    public async Task Requests_under_way_stay_in_the_count_when_the_configuration_changes()
    {
        await using var parts = await MountedGateway.StartAsync(
            configuration => configuration.With("Gateway:Clusters:recorder:MaxInFlight", JsonValue.Create(2)));
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        parts.Destination.Handler = context => context.Request.Path == "/public/first" ? release.Task : Task.CompletedTask;
        var first = parts.StatusAsync("/public/first");
        await Eventually.TrueAsync(
            () => parts.Destination.Received.Any(request => request.Target == "/public/first"), "the first is under way");

        parts.Change(configuration => configuration.With("Gateway:Clusters:recorder:MaxInFlight", JsonValue.Create(1)));

        await parts.ShouldComeToAnswerAsync(503, "/public/second");
        release.SetResult();
        (await first).ShouldBe(200);
        (await parts.StatusAsync("/public/second")).ShouldBe(200);
    }
}
