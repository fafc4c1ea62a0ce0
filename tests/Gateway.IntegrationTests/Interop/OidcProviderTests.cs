using System.Net;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Management;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Interop;

/// <summary>A certified OpenID provider (npm oidc-provider) whose keys the gateway finds by itself.</summary>
public sealed class OidcProviderTests
{
    [Theory]
    [InlineData("RS256")]
    [InlineData("ES256")]
    public async Task Token_of_a_certified_provider_passes_with_keys_found_by_discovery(string algorithm)
    {
        await using var provider = Script.Start("node", Path.Combine(Script.Interop, "oidc-provider.mjs"));
        var about = JsonNode.Parse(await provider.ReadLineAsync())!;
        await using var destination = await RecordingDestination.StartAsync();
        await using var gateway = await TestGateway.StartAsync(Configuration(about["issuer"]!.GetValue<string>(), destination));
        var token = await GetTokenAsync(about, about["resources"]![algorithm]!.GetValue<string>());

        using var accepted = await gateway.GetAsync("/private/orders", token);
        using var missesScope = await gateway.GetAsync("/writes/orders", token);

        accepted.StatusCode.ShouldBe(HttpStatusCode.OK);
        destination.Received.Count.ShouldBe(1);
        destination.Last.Header("X-Auth-Client").ShouldBe("orders-app");
        destination.Last.Header("X-Auth-Scopes").ShouldBe("orders:read");
        missesScope.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Logout_at_a_certified_provider_ends_that_session_here()
    {
        await using var provider = Script.Start("node", Path.Combine(Script.Interop, "oidc-provider.mjs"));
        var about = JsonNode.Parse(await provider.ReadLineAsync())!;
        await using var destination = await RecordingDestination.StartAsync();
        await using var gateway = await TestGateway.StartAsync(Configuration(about["issuer"]!.GetValue<string>(), destination)
            .With("Gateway:Issuers:provider:BackChannelLogout", """{ "ClientIds": ["shop-web"], "SessionOnly": true }"""));
        await provider.WriteLineAsync($"logout-uri {gateway.Address}/backchannel-logout/provider");
        await provider.ReadLineAsync();
        using var phone = await OidcSession.LogInAsync(about);
        using var laptop = await OidcSession.LogInAsync(about);
        await gateway.ShouldAnswerAsync(phone.AccessToken, 200);
        destination.Last.Header("X-Auth-Subject").ShouldBe("alice");
        await gateway.ShouldAnswerAsync(laptop.AccessToken, 200);

        await phone.LogOutAsync();

        await gateway.UntilAsync(phone.AccessToken, 401);
        await gateway.ShouldAnswerAsync(laptop.AccessToken, 200);
        gateway.Logs.Lines.ShouldContain(line => line.Contains("320: Issuer provider has sent a logout token", StringComparison.Ordinal));
    }

    private static JsonObject Configuration(string issuer, RecordingDestination destination)
    {
        var configuration = TestGateway.Configuration(destination);
        configuration["Gateway"]!["Issuers"] = new JsonObject
        {
            ["provider"] = new JsonObject
            {
                ["Issuer"] = issuer,
                ["Audiences"] = new JsonArray("shop-api"),
                ["Keys"] = new JsonObject { ["Discovery"] = true },
                // RFC 9068 and nothing else: its required claims are all there.
                ["TokenTypes"] = new JsonArray("at+jwt"),
            },
        };
        configuration["Gateway"]!["Policies"]!["write"] =
            new JsonObject { ["Scopes"] = new JsonObject { ["All"] = new JsonArray("orders:write") } };
        configuration["ReverseProxy"]!["Routes"]!["writes"] = TestGateway.Route("write", "/writes/{**rest}");
        return configuration;
    }

    internal static async Task<string> GetTokenAsync(JsonNode about, string resource)
    {
        using var client = new HttpClient();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = about["clientId"]!.GetValue<string>(),
            ["client_secret"] = about["clientSecret"]!.GetValue<string>(),
            ["scope"] = "orders:read",
            ["resource"] = resource,
        });
        using var response = await client.PostAsync(new Uri(about["tokenEndpoint"]!.GetValue<string>()), form);
        var answer = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, answer);
        return JsonNode.Parse(answer)!["access_token"]!.GetValue<string>();
    }
}
