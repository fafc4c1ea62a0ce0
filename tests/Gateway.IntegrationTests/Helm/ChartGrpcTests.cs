using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Helm;

/// <summary><c>grpc.enabled</c>: a second listener, for HTTP/2 without TLS.</summary>
public sealed class ChartGrpcTests
{
    [Fact]
    public async Task Port_for_http2_is_open_in_pod_service_and_network_policy()
    {
        var chart = await HelmChart.RenderAsync("grpc");

        PortsOf(chart).ShouldBe(["http 8080", "grpc 8082", "management 8081"]);
        var service = chart.Objects.Single(each => each.Kind() == "Service" && each.Name() == "shop-gateway");
        var port = service["spec"]!["ports"].Items().Single(each => (string)each["name"]! == "grpc");
        ((int)port["port"]!, (string)port["targetPort"]!, (string)port["appProtocol"]!).ShouldBe((8082, "grpc", "kubernetes.io/h2c"));
        var policy = chart.Single("NetworkPolicy");
        policy["spec"]!["ingress"].Items().First()["ports"].Items().Select(each => (string)each["port"]!).ShouldBe(["http", "grpc"]);
    }

    [Fact]
    public async Task Without_it_there_is_no_second_listener()
    {
        var chart = await HelmChart.RenderAsync("minimal");

        PortsOf(chart).ShouldBe(["http 8080", "management 8081"]);
        chart.Text.ShouldNotContain("h2c");
        chart.Text.ShouldNotContain("Kestrel__");
    }

    [Fact]
    public async Task Rendered_pod_serves_http2_without_tls_beside_http1()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        var (http, grpc, management) = (RedisServer.FreePort(), RedisServer.FreePort(), RedisServer.FreePort());
        var yarpJson = TestGateway.Configuration(issuer, destination);
        var values = new JsonObject
        {
            ["config"] = new JsonObject { ["yarp"] = yarpJson },
            ["grpc"] = new JsonObject { ["enabled"] = true },
            ["containerPorts"] = new JsonObject { ["http"] = http, ["grpc"] = grpc, ["management"] = management },
        };
        var chart =
            await HelmChart.RenderAsync([.. values.SelectMany(pair => new[] { "--set-json", $"{pair.Key}={pair.Value!.ToJsonString()}" })]);
        await using var pod = new ChartPod(chart);

        pod.Start();

        using var client = new HttpClient();
        await Eventually.TrueAsync(async () => await IsReadyAsync(client, management), "the pod is ready");
        (await StatusAsync(client, http, HttpVersion.Version11)).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(client, grpc, HttpVersion.Version20)).ShouldBe(HttpStatusCode.OK);

        async Task<HttpStatusCode> StatusAsync(HttpClient client, int port, Version version)
        {
            using var request = TestGateway.Request(HttpMethod.Get, $"http://127.0.0.1:{port}/private/orders", issuer.Token().Build());
            (request.Version, request.VersionPolicy) = (version, HttpVersionPolicy.RequestVersionExact);
            using var response = await client.SendAsync(request);
            return response.StatusCode;
        }
    }

    private static IEnumerable<string> PortsOf(RenderedChart chart) =>
        chart.Container["ports"].Items().Select(port => $"{(string)port["name"]!} {(int)port["containerPort"]!}");

    private static async Task<bool> IsReadyAsync(HttpClient client, int management)
    {
        try
        {
            using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{management}/readyz"));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }
}
