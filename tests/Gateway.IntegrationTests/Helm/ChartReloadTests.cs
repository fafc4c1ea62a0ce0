using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Configuration;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Helm;

/// <summary>What the chart renders, mounted and swapped as the kubelet does it, under load.</summary>
public sealed class ChartReloadTests
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Config_map_of_the_next_release_is_in_force_within_5_seconds_and_no_request_fails()
    {
        await using var parts = await MountedGateway.StartAsync();
        var first = parts.Configuration.DeepClone();
        parts.Mount.Write(await RenderAsync(first));
        parts.Configuration.With("ReverseProxy:Routes:new", TestGateway.Route("Anonymous", "/new/{**rest}"));
        var second = await RenderAsync(parts.Configuration);
        using var stop = new CancellationTokenSource();
        var token = parts.Issuer.Token().Build();
        var load = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => parts.AskAsync("/private/x", token, stop.Token))));
        (await parts.StatusAsync("/new/x")).ShouldBe(404);

        var start = TimeProvider.System.GetTimestamp();
        parts.Mount.Write(second);
        await parts.ShouldComeToAnswerAsync(200, "/new/x");
        var took = TimeProvider.System.GetElapsedTime(start);

        await stop.CancelAsync();
        (await load).ShouldAllBe(statuses => statuses.Count == 1 && statuses[200] > 10);
        took.ShouldBeLessThan(Promised);
    }

    /// <summary>The yarp.json in the ConfigMap of a release with these values.</summary>
    private static async Task<string> RenderAsync(JsonNode yarpJson)
    {
        var chart = await HelmChart.RenderAsync(
            "--set-json", $"config={new JsonObject { ["yarp"] = yarpJson.DeepClone(), ["reload"] = "live" }.ToJsonString()}");
        // A directory, which the kubelet swaps; a file alone would never change.
        chart.Container["volumeMounts"].Items().Single(mount => (string?)mount["name"] == "config")["subPath"].ShouldBeNull();
        return (string)chart.Single("ConfigMap", chart.Workload.Name())["data"]!["yarp.json"]!;
    }
}
