using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Helm;

/// <summary>What the chart renders is what the gateway reads: its yarp.json, its variables, its arguments, its paths.</summary>
public sealed class ChartPodTests
{
    private static readonly Dictionary<string, string> Secrets = new()
    {
        ["/etc/gateway-secrets/redis/password"] = "secret",
        ["/etc/gateway-secrets/files/batch"] = "0123456789abcdef0123456789abcdef",
    };

    /// <summary>The examples whose yarp.json is the chart's.</summary>
    public static TheoryData<string> Examples => ["minimal", "live-reload", "production"];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Rendered_configuration_passes_the_check_of_the_gateway(string example)
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue();
        var files = new Dictionary<string, string>(Secrets)
        {
            ["/etc/gateway-tls/tls.crt"] = certificate.ExportCertificatePem(),
            ["/etc/gateway-tls/tls.key"] = certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(),
            ["/etc/gateway-secrets/redis-tls/ca.crt"] = authority.Pem,
            ["/etc/gateway-secrets/redis-tls/tls.crt"] = certificate.ExportCertificatePem(),
            ["/etc/gateway-secrets/redis-tls/tls.key"] = certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(),
        };
        await using var pod = new ChartPod(await HelmChart.RenderAsync(example), files);

        var result = await pod.CheckAsync();

        result.ExitCode.ShouldBe(0, result.Errors);
    }

    [Fact]
    public async Task Error_in_the_values_is_found_by_the_check_of_the_gateway()
    {
        var chart = await HelmChart.RenderAsync(
            "--values", HelmChart.ValuesOf("minimal"), "--set", "config.yarp.ReverseProxy.Routes.orders.AuthorizationPolicy=orders-raed");
        await using var pod = new ChartPod(chart);

        var result = await pod.CheckAsync();

        result.ExitCode.ShouldBe(1);
        result.Errors.ShouldContain("Did you mean \"orders-read\"?");
    }

    [Fact]
    public async Task Rendered_pod_boots_gets_ready_with_redis_and_serves_http_and_https()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        await using var redis = await RedisServer.StartAsync("secret");
        using var authority = new TestAuthority();
        using var certificate = authority.Issue();
        var (http, https, management) = (RedisServer.FreePort(), RedisServer.FreePort(), RedisServer.FreePort());
        var yarpJson = TestGateway.Configuration(issuer, destination);
        yarpJson["Gateway"]!.AsObject().Remove("Revocation");
        var values = new JsonObject
        {
            ["config"] = new JsonObject { ["yarp"] = yarpJson },
            ["redis"] = new JsonObject { ["connection"] = redis.Connection, ["existingSecret"] = "redis" },
            ["tls"] = new JsonObject { ["enabled"] = true, ["existingSecret"] = "api-tls" },
            ["containerPorts"] = new JsonObject { ["http"] = http, ["https"] = https, ["management"] = management },
        };
        var chart = await HelmChart.RenderAsync(
            [.. values.SelectMany(pair => new[] { "--set-json", $"{pair.Key}={pair.Value!.ToJsonString()}" })]);
        await using var pod = new ChartPod(chart, new Dictionary<string, string>(Secrets)
        {
            ["/etc/gateway-tls/tls.crt"] = certificate.ExportCertificatePem(),
            ["/etc/gateway-tls/tls.key"] = certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(),
        });

        pod.Start();

        using var handler =
            new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, given, _, _) => given?.Thumbprint == certificate.Thumbprint };
        using var client = new HttpClient(handler);
        await Eventually.TrueAsync(async () => await IsReadyAsync(client, $"http://127.0.0.1:{management}"), "the pod is ready");
        // The framework measures from the first scrape on.
        await client.GetStringAsync(new Uri($"http://127.0.0.1:{management}/metrics"));
        foreach (var address in new[] { $"http://127.0.0.1:{http}", $"https://127.0.0.1:{https}" })
        {
            using var rejected = await client.GetAsync(new Uri($"{address}/private/orders"));
            rejected.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            using var request = TestGateway.Request(HttpMethod.Get, $"{address}/private/orders", issuer.Token().Build());
            using var response = await client.SendAsync(request);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        destination.Received.Count.ShouldBe(2);
        // What the alerts are about is there; a collection is good for a second.
        var metrics = "";
        await Eventually.TrueAsync(
            async () =>
            {
                metrics = await client.GetStringAsync(new Uri($"http://127.0.0.1:{management}/metrics"));
                return Regex.IsMatch(
                    metrics, "http_server_request_duration_seconds_count{[^}]*http_response_status_code=\"200\"[^}]*http_route=");
            },
            "requests are measured");
        foreach (var name in new[]
        {
            "gateway_auth_decisions_total{", "gateway_auth_duration_seconds_bucket{", "gateway_keys_age_seconds{",
            "gateway_revocation_entries", "gateway_revocation_lag_seconds",
        })
        {
            metrics.ShouldContain($"\n{name}");
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, string management)
    {
        try
        {
            using var response = await client.GetAsync(new Uri($"{management}/readyz"));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }
}
