using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Interop;

/// <summary>Clients of other projects with tokens that are bound to a key or a certificate: npm openid-client and curl.</summary>
public sealed class BoundTokenClientTests : IClassFixture<BoundTokenGateway>
{
    private const string Url = "/private/orders";

    private readonly BoundTokenGateway _parts;

    public BoundTokenClientTests(BoundTokenGateway parts)
    {
        _parts = parts;
        _parts.Destination.Forget();
    }

    [Theory]
    [InlineData("ES256", "ES256", 3)]
    [InlineData("opaque", "ES256", 1)]
    [InlineData("encrypted", "Ed25519", 5)]
    public async Task Openid_client_passes_with_a_token_that_is_bound_to_its_key_and_uses_the_nonces_of_responses(
        string resource, string algorithm, int parts)
    {
        var said = await RunAsync(new JsonObject
        {
            ["clientId"] = _parts.Of("clientId"),
            ["clientSecret"] = _parts.Of("clientSecret"),
            ["resource"] = _parts.Provider["resources"]![resource]!.DeepClone(),
            ["url"] = _parts.Gateway.Address + Url,
            ["algorithm"] = algorithm,
        });

        said["tokenType"]!.GetValue<string>().ShouldBe("dpop");
        said["parts"]!.GetValue<int>().ShouldBe(parts);
        // The first call learns the nonce.
        StatusesOf(said).ShouldBe([401, 200, 200, 200]);
        said["bearer"]!.GetValue<int>().ShouldBe(401);
        _parts.Destination.Received.Count.ShouldBe(3);
        _parts.Destination.Last.Header("X-Auth-Client").ShouldBe("orders-app");
    }

    [Fact]
    public async Task Openid_client_passes_with_a_token_that_is_bound_to_its_certificate()
    {
        var said = await RunAsync(new JsonObject
        {
            ["clientId"] = "mtls-app",
            ["resource"] = _parts.Provider["resources"]!["ES256"]!.DeepClone(),
            ["url"] = _parts.Gateway.HttpsAddress + Url,
            ["tls"] = _parts.Tls,
        });

        said["tokenType"]!.GetValue<string>().ShouldBe("bearer");
        StatusesOf(said).ShouldBe([200, 200, 200]);
        // Without the certificate.
        said["bearer"]!.GetValue<int>().ShouldBe(401);
        _parts.Destination.Received.Count.ShouldBe(3);
        _parts.Destination.Last.Header("X-Auth-Client").ShouldBe("mtls-app");
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Curl_passes_with_the_certificate_that_its_token_is_bound_to_and_with_no_other(string version)
    {
        var granted = await CurlAsync(
            "client", _parts.Of("mtlsTokenEndpoint"), "-d", "grant_type=client_credentials", "-d", "client_id=mtls-app", "-d",
            "scope=orders:read", "-d", $"resource={_parts.Provider["resources"]!["ES256"]}");
        var token = JsonNode.Parse(granted)!["access_token"]!.GetValue<string>();
        string[] call =
            [_parts.Gateway.HttpsAddress + Url, version, "-H", $"Authorization: Bearer {token}", "-w", "%{http_code} over %{http_version}"];
        var over = $"over {(version == "--http2" ? "2" : "1.1")}";

        (await CurlAsync("client", call)).ShouldEndWith($"200 {over}");
        foreach (var certificate in new[] { "other", null })
        {
            var rejected = await CurlAsync(certificate, call);
            rejected.ShouldEndWith($"401 {over}");
            rejected.ShouldContain("\"reason\":\"proof_missing\"");
        }

        _parts.Destination.Received.ShouldHaveSingleItem().Header("X-Auth-Client").ShouldBe("mtls-app");
    }

    private static IEnumerable<int> StatusesOf(JsonNode said) => said["statuses"]!.AsArray().Select(status => status!.GetValue<int>());

    private async Task<JsonNode> RunAsync(JsonObject request)
    {
        request["issuer"] = _parts.Of("issuer");
        var result = await Script.RunAsync("node", [Path.Combine(Script.Interop, "openid-client.mjs")], request.ToJsonString());
        result.ExitCode.ShouldBe(0, result.Errors);
        return JsonNode.Parse(result.Output)!;
    }

    /// <param name="certificate">The name of the client certificate; null for none.</param>
    private async Task<string> CurlAsync(string? certificate, params string[] arguments)
    {
        string[] identity = certificate is null
            ? []
            : ["--cert", _parts.PathOf($"{certificate}.crt"), "--key", _parts.PathOf($"{certificate}.key")];
        var result = await Script.RunAsync("curl", ["-sS", "--cacert", _parts.PathOf("ca.crt"), .. identity, .. arguments]);
        result.ExitCode.ShouldBe(0, result.Errors);
        return result.Output;
    }
}
