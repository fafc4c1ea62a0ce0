using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Helm;

/// <summary><c>externalAuthorization.enabled</c>: a port for other proxies, and a service that nothing public names.</summary>
public sealed class ChartAuthorizationTests
{
    [Fact]
    public async Task Port_is_open_to_the_named_proxies_alone()
    {
        var chart = await HelmChart.RenderAsync("authorization");

        var service = chart.Objects.Single(each => each.Kind() == "Service" && each.Name() == "shop-gateway-authz");
        var port = service["spec"]!["ports"].Items().Single();
        ((int)port["port"]!, (string)port["targetPort"]!).ShouldBe((8083, "authorization"));
        ((string)service["spec"]!["type"]!).ShouldBe("ClusterIP");
        var rule = chart.Single("NetworkPolicy")["spec"]!["ingress"].Items()
            .Single(each => each["ports"].Items().Any(allowed => (string)allowed["port"]! == "authorization"));
        rule["from"].Items().ShouldHaveSingleItem();
        chart.Objects.Single(each => each.Kind() == "Service" && each.Name() == "shop-gateway")["spec"]!["ports"].Items()
            .ShouldAllBe(each => (string)each["name"]! != "authorization");
    }

    [Fact]
    public async Task Without_it_there_is_no_port()
    {
        var chart = await HelmChart.RenderAsync("minimal");

        chart.Text.ShouldNotContain("authz");
        chart.Text.ShouldNotContain("ExternalAuthorization");
    }

    [Fact]
    public async Task Rendered_pod_decides_for_another_proxy()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        var (http, authorization, management) = (RedisServer.FreePort(), RedisServer.FreePort(), RedisServer.FreePort());
        var values = new JsonObject
        {
            ["config"] = new JsonObject
            {
                ["yarp"] = TestGateway.Configuration(issuer, destination).With("Gateway:TrustedProxies", """["127.0.0.1"]"""),
            },
            ["externalAuthorization"] = new JsonObject { ["enabled"] = true, ["protocols"] = new JsonArray("ForwardAuth") },
            ["containerPorts"] = new JsonObject { ["http"] = http, ["authorization"] = authorization, ["management"] = management },
        };
        var chart =
            await HelmChart.RenderAsync([.. values.SelectMany(pair => new[] { "--set-json", $"{pair.Key}={pair.Value!.ToJsonString()}" })]);
        await using var pod = new ChartPod(chart);

        pod.Start();

        using var client = new HttpClient();
        HttpResponseMessage? decision = null;
        await Eventually.TrueAsync(
            async () =>
            {
                decision?.Dispose();
                decision = await AskAsync(client, authorization, issuer.Token().Build());
                return decision?.StatusCode == HttpStatusCode.OK;
            },
            "the pod decides");
        decision.ShouldNotBeNull().Raw("X-Auth-Subject").ShouldBe("alice");
        decision!.Dispose();
        using var rejection = await AskAsync(client, authorization, null);
        rejection.ShouldNotBeNull().StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        destination.Received.ShouldBeEmpty();
    }

    private static async Task<HttpResponseMessage?> AskAsync(HttpClient client, int port, string? token)
    {
        using var request = TestGateway.Request(HttpMethod.Get, $"http://127.0.0.1:{port}/authorize", token);
        request.Headers.Add("X-Forwarded-Method", "GET");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "shop.example");
        request.Headers.Add("X-Forwarded-Uri", "/private/orders");
        try
        {
            return await client.SendAsync(request);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
