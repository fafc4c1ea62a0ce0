using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Interop;

/// <summary>Opaque and encrypted tokens of a certified OpenID provider (npm oidc-provider).</summary>
public sealed class OidcOpaqueTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Opaque_token_passes_by_introspection_at_an_endpoint_found_by_discovery(bool isSigned)
    {
        await using var provider = Script.Start("node", Path.Combine(Script.Interop, "oidc-provider.mjs"));
        var about = JsonNode.Parse(await provider.ReadLineAsync())!;
        await using var destination = await RecordingDestination.StartAsync();
        await using var gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(destination).With("Gateway:Issuers:provider", $$"""
                {
                  "Issuer": "{{about["issuer"]}}", "Audiences": ["shop-api"], "Keys": { "Discovery": true },
                  "Introspection": { "ClientId": "gateway", "SecretFile": "client.secret", "SignedResponses": {{(isSigned ? "true" : "false")}}, "Timeout": "00:00:20" }
                }
                """),
            files: new Dictionary<string, string> { ["client.secret"] = about["clientSecret"]!.GetValue<string>() });
        var token = await GetTokenAsync(about, "opaque");

        token.ShouldNotContain('.');
        await ShouldAnswerAsync(gateway, token, HttpStatusCode.OK);
        destination.Last.Header("X-Auth-Client").ShouldBe("orders-app");
        destination.Last.Header("X-Auth-Scopes").ShouldBe("orders:read");
        await ShouldAnswerAsync(gateway, $"{token}x", HttpStatusCode.Unauthorized);
        // A signed token of the same provider needs no introspection, which the provider rejects for such tokens.
        await ShouldAnswerAsync(gateway, await GetTokenAsync(about, "RS256"), HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("RSA-OAEP-256", "A256GCM")]
    [InlineData("ECDH-ES", "A128GCM")]
    [InlineData("ECDH-ES+A128KW", "A128CBC-HS256")]
    [InlineData("ECDH-ES+A256KW", "A256CBC-HS512")]
    public async Task Encrypted_token_passes(string algorithm, string encryption)
    {
        using var key = algorithm.StartsWith("RSA", StringComparison.Ordinal) ? EncryptionKey.Rsa() : EncryptionKey.Ec();
        var option = new JsonObject { ["jwk"] = key.ToPrivateJwk(), ["alg"] = algorithm, ["enc"] = encryption };
        await using var provider =
            Script.Start("node", Path.Combine(Script.Interop, "oidc-provider.mjs"), "--encrypt", option.ToJsonString());
        var about = JsonNode.Parse(await provider.ReadLineAsync())!;
        await using var destination = await RecordingDestination.StartAsync();
        await using var gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(destination).With("Gateway:Issuers:provider", $$"""
                { "Issuer": "{{about["issuer"]}}", "Audiences": ["shop-api"], "Keys": { "Discovery": true, "DecryptionFile": "decryption.json" } }
                """),
            files: new Dictionary<string, string> { ["decryption.json"] = EncryptionKey.KeySet(key) });
        var token = await GetTokenAsync(about, "encrypted");

        token.Split('.').Length.ShouldBe(5);
        await ShouldAnswerAsync(gateway, token, HttpStatusCode.OK);
        destination.Last.Header("X-Auth-Client").ShouldBe("orders-app");
    }

    private static async Task ShouldAnswerAsync(TestGateway gateway, string token, HttpStatusCode status)
    {
        using var response = await gateway.GetAsync("/private/orders", token);
        response.StatusCode.ShouldBe(status, await response.Content.ReadAsStringAsync());
    }

    private static async Task<string> GetTokenAsync(JsonNode about, string resource)
    {
        using var client = new HttpClient();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = about["clientId"]!.GetValue<string>(),
            ["client_secret"] = about["clientSecret"]!.GetValue<string>(),
            ["scope"] = "orders:read",
            ["resource"] = about["resources"]![resource]!.GetValue<string>(),
        });
        using var response = await client.PostAsync(new Uri(about["tokenEndpoint"]!.GetValue<string>()), form);
        var answer = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, answer);
        return JsonNode.Parse(answer)!["access_token"]!.GetValue<string>();
    }
}
