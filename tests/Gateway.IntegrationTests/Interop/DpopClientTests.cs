using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Interop;

/// <summary>A client with npm dpop, and the tokens that npm oidc-provider binds to its key.</summary>
public sealed class DpopClientTests
{
    [Theory]
    [InlineData("ES256", false)]
    [InlineData("ES256", true)]
    [InlineData("Ed25519", false)]
    public async Task Client_with_a_bound_token_of_a_certified_provider_passes(string algorithm, bool hasNonces)
    {
        await using var provider = Script.Start("node", Path.Combine(Script.Interop, "oidc-provider.mjs"));
        var about = JsonNode.Parse(await provider.ReadLineAsync())!;
        await using var destination = await RecordingDestination.StartAsync();
        var configuration = TestGateway.Configuration(destination).With("Gateway:Dpop", new JsonObject { ["Nonce"] = hasNonces });
        configuration["Gateway"]!["Issuers"] = new JsonObject
        {
            ["provider"] = new JsonObject
            {
                ["Issuer"] = about["issuer"]!.DeepClone(),
                ["Audiences"] = new JsonArray("shop-api"),
                ["Keys"] = new JsonObject { ["Discovery"] = true },
            },
        };
        await using var gateway = await TestGateway.StartAsync(configuration);
        var request = new JsonObject
        {
            ["tokenEndpoint"] = about["tokenEndpoint"]!.DeepClone(),
            ["clientId"] = about["clientId"]!.DeepClone(),
            ["clientSecret"] = about["clientSecret"]!.DeepClone(),
            ["resource"] = about["resources"]!["ES256"]!.DeepClone(),
            ["url"] = $"{gateway.Address}/private/orders",
            ["algorithm"] = algorithm,
        };

        var result = await Script.RunAsync("node", [Path.Combine(Script.Interop, "dpop-client.mjs")], request.ToJsonString());
        var said = JsonNode.Parse(result.Output)!;

        said["tokenType"]!.GetValue<string>().ShouldBe("DPoP");
        said["bearer"]!.GetValue<int>().ShouldBe(401);
        // The client takes no nonce along from one call to the next, so each needs a second try.
        int[] expected = hasNonces ? [401, 200] : [200];
        foreach (var call in said["calls"]!.AsArray())
        {
            call!.AsArray().Select(answer => answer!["status"]!.GetValue<int>()).ShouldBe(expected);
        }

        destination.Received.Count.ShouldBe(3);
        destination.Last.Header("X-Auth-Client").ShouldBe("orders-app");
    }
}
