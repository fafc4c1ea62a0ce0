using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Telemetry;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Management;

/// <summary><c>/admin/config</c>: what is in force, and never a secret.</summary>
public sealed class ConfigurationAdministrationTests : IAsyncLifetime
{
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync() => _destination = await RecordingDestination.StartAsync();

    public ValueTask DisposeAsync() => _destination.DisposeAsync();

    [Fact]
    public async Task Settings_are_there_with_every_default_and_override()
    {
        await using var gateway = await TestGateway.StartAsync(
            Configuration(), settings: new Dictionary<string, string?> { ["Gateway:Limits:MaxRequestBodySize"] = "12345" },
            waitUntilReady: false);

        var answer = await DescribeAsync(gateway);

        answer["file"]!.GetValue<string>().ShouldBe(gateway.ConfigFile);
        answer["hash"]!.GetValue<string>().Length.ShouldBe(64);
        answer["lastFailure"].ShouldBeNull();
        var (ours, yarps) = (answer["configuration"]!["Gateway"]!, answer["configuration"]!["ReverseProxy"]!);
        ours["Limits"]!["MaxRequestBodySize"]!.GetValue<long>().ShouldBe(12345);
        ours["Issuers"]!["shop"]!["ClockSkew"]!.GetValue<string>().ShouldBe("00:01:00");
        ours["Issuers"]!["shop"]!["Algorithms"]!.ToJsonString().ShouldBe("""["RS256","PS256","ES256"]""");
        ours["TokenSources"]!.ToJsonString().ShouldBe(
            """[{"Cookie":null,"Header":"Authorization","Name":null,"Query":null,"Scheme":"Bearer","WebSocketProtocol":null}]""");
        ours["Identity"]!["Headers"]!["X-Auth-Subject"]!.GetValue<string>().ShouldBe("sub");
        ours["Revocation"]!["MaxStaleness"]!.GetValue<string>().ShouldBe("00:00:10");
        ours["Errors"]!["Detailed"]!.GetValue<bool>().ShouldBeTrue();
        yarps["Routes"]!.AsObject().Select(route => route.Key).ShouldBe(["public", "private", "limited"]);
        yarps["Routes"]!["private"]!["MaxRequestBodySize"]!.GetValue<long>().ShouldBe(12345);
        yarps["Routes"]!["limited"]!["RateLimiterPolicy"]!.GetValue<string>().ShouldBe("few");
        yarps["Routes"]!["limited"]!["Transforms"]!.ToJsonString().ShouldBe(
            """[{"PathRemovePrefix":"/limited"},{"RequestHeader":"X-Key","Set":"***"},{"HttpMethodChange":"PUT","Set":"POST"}]""");
        yarps["Clusters"]!["recorder"]!["Destinations"]!["one"]!["Address"]!.GetValue<string>().ShouldBe(_destination.Address);
    }

    [Fact]
    public async Task No_setting_that_can_hold_a_secret_shows_it()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue();
        var password = Canary.New("certificate");
        var files = new Dictionary<string, string>
        {
            ["tls.crt"] = certificate.ExportCertificatePem(),
            ["tls.key"] = certificate.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem(
                password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, iterationCount: 1)),
        };
        var configuration = Configuration()
            .With("Kestrel:Certificates:Default", new JsonObject { ["Path"] = "tls.crt", ["KeyPath"] = "tls.key", ["Password"] = password })
            .With("Gateway:Issuers:dark", $$"""
                {
                  "Issuer": "https://dark.test", "Audiences": ["shop-api"], "Required": false,
                  "Keys": {
                    "JwksUri": "https://127.0.0.1:{{RedisServer.FreePort()}}/keys?key={{Canary.New("query")}}", "Proxy": "http://user:{{Canary.New("proxy")}}@127.0.0.1:1",
                    "Headers": { "X-Key": "{{Canary.New("keys")}}" }
                  }
                }
                """)
            .With("Gateway:Issuers:spaced", $$"""
                {
                  "Issuer": "https://spaced.test", "Audiences": ["shop-api"], "Required": false,
                  "Keys": {
                    "JwksUri": " https://127.0.0.1:{{RedisServer.FreePort()}}/ke ys?sig=a {{Canary.New("spaced")}}#x {{Canary.New("fragment")}}",
                    "Proxy": "http://user:pa ss{{Canary.New("spaced")}}@127.0.0.1:1"
                  }
                }
                """)
            .With("Gateway:Revocation:Redis:Connection", JsonValue.Create($"localhost:1,password={Canary.New("redis")}"))
            .WithRoute("secretive", "Anonymous", $$"""
                {
                  "Match": {
                    "Path": "/secretive", "Headers": [{ "Name": "X-Api-Key", "Values": ["{{Canary.New("match")}}"] }],
                    "QueryParameters": [{ "Name": "key", "Values": ["{{Canary.New("parameter")}}"] }]
                  },
                  "Metadata": { "Key": "{{Canary.New("route")}}" },
                  "Transforms": [
                    { "RequestHeader": "X-Key", "Set": "{{Canary.New("set")}}" }, { "RequestHeader": "X-Other", "append": "{{Canary.New("append")}}" },
                    { "QueryValueParameter": "key", "Set": "{{Canary.New("value")}}" }, { "ResponseHeader": "Set-Cookie", "Set": "{{Canary.New("response")}}" }
                  ]
                }
                """)
            .With("ReverseProxy:Clusters:secretive", $$"""
                {
                  "Destinations": { "one": { "Address": "http://user:{{Canary.New("address")}}@localhost:1", "Metadata": { "Key": "{{Canary.New("destination")}}" } } },
                  "HttpClient": { "WebProxy": { "Address": "http://user:{{Canary.New("proxy")}}@localhost:1" } },
                  "Metadata": { "Key": "{{Canary.New("cluster")}}" }
                }
                """);
        await using var gateway = await TestGateway.StartAsync(configuration, files: files, waitUntilReady: false);
        using var client = new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) };

        // What is wrong is shown too, and must not bring it along.
        configuration["ReverseProxy"]!["Clusters"]!["secretive"]!["Destinations"]!["one"]!["Address"] =
            $"htp://user:{Canary.New("wrong")}@@";
        await File.WriteAllTextAsync(gateway.ConfigFile, configuration.ToJsonString());
        await Eventually.TrueAsync(async () => (await DescribeAsync(gateway))["lastFailure"] is not null, "the change has been rejected");

        foreach (var path in (string[])["/admin/config", "/admin", "/admin/issuers"])
        {
            Canary.Excerpt(await client.GetByteArrayAsync(path)).ShouldBeNull(path);
        }

        (await DescribeAsync(gateway))["configuration"]!["ReverseProxy"]!["Clusters"]!["secretive"]!["Destinations"]!["one"]!["Address"]!.GetValue<string>()
            .ShouldBe("http://***@localhost:1");
    }

    [Fact]
    public async Task Rejected_change_is_shown_with_place_and_cure_until_it_is_mended_and_after()
    {
        await using var gateway = await TestGateway.StartAsync(Configuration(), waitUntilReady: false);
        var first = (await DescribeAsync(gateway))["hash"]!.GetValue<string>();

        await File.WriteAllTextAsync(
            gateway.ConfigFile, Configuration().With("Gateway:Limits:MaxRequestBodySise", JsonValue.Create(1)).ToJsonString());
        await Eventually.TrueAsync(async () => (await DescribeAsync(gateway))["lastFailure"] is not null, "the change has been rejected");
        var rejected = await DescribeAsync(gateway);
        await File.WriteAllTextAsync(
            gateway.ConfigFile,
            Configuration()
                .With("Gateway:Limits:MaxRequestBodySize", JsonValue.Create(1))
                .With("Gateway:Drain:Timeout", JsonValue.Create("00:00:02"))
                .ToJsonString());
        // The failure is marked as mended just after the change is in effect.
        await Eventually.TrueAsync(
            async () => await DescribeAsync(gateway) is var state
                && state["hash"]!.GetValue<string>() != first && !state["lastFailure"]!["isPending"]!.GetValue<bool>(),
            "the change is in effect");
        var mended = await DescribeAsync(gateway);

        File.Move(gateway.ConfigFile, gateway.ConfigFile + ".away");
        await Eventually.TrueAsync(
            async () => (await DescribeAsync(gateway))["lastFailure"]!["isPending"]!.GetValue<bool>(), "the loss of the file is noticed");
        File.Move(gateway.ConfigFile + ".away", gateway.ConfigFile);
        await Eventually.TrueAsync(
            async () => !(await DescribeAsync(gateway))["lastFailure"]!["isPending"]!.GetValue<bool>(), "the same file is back");

        rejected["hash"]!.GetValue<string>().ShouldBe(first);
        rejected["lastFailure"]!["isPending"]!.GetValue<bool>().ShouldBeTrue();
        var error = rejected["lastFailure"]!["errors"]![0]!;
        error["place"]!.GetValue<string>().ShouldMatch(@"^yarp\.json:1:\d+$");
        error["setting"]!.GetValue<string>().ShouldBe("Gateway:Limits:MaxRequestBodySise");
        error["cure"]!.GetValue<string>().ShouldContain("MaxRequestBodySize");
        mended["lastFailure"]!["isPending"]!.GetValue<bool>().ShouldBeFalse();
        mended["awaitingRestart"]!.ToJsonString().ShouldBe("""["Gateway:Drain"]""");
        mended["configuration"]!["Gateway"]!["Limits"]!["MaxRequestBodySize"]!.GetValue<long>().ShouldBe(1);
        mended["loadedAt"]!.GetValue<DateTimeOffset>().ShouldBeGreaterThan(rejected["loadedAt"]!.GetValue<DateTimeOffset>());
    }

    private JsonObject Configuration() => TestGateway.Configuration(_destination)
        .With(
            "Gateway:Issuers:shop",
            """{ "Issuer": "https://idp.test", "Audiences": ["shop-api"], "Keys": { "JwksUri": "https://127.0.0.1:1/keys" } }""")
        .With("Gateway:RateLimits:few", """{ "Permits": 5, "Window": "00:01:00" }""")
        .WithRoute("limited", "Authenticated", """
            {
              "RateLimiterPolicy": "few",
              "Transforms": [{ "PathRemovePrefix": "/limited" }, { "RequestHeader": "X-Key", "Set": "1" }, { "HttpMethodChange": "PUT", "Set": "POST" }]
            }
            """);

    private static async Task<JsonObject> DescribeAsync(TestGateway gateway)
    {
        using var client = new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) };
        return JsonNode.Parse(await client.GetStringAsync("/admin/config"))!.AsObject();
    }
}
