using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Identity;

/// <summary>The client's credentials stay here, except on public routes; those that a route has for its destination travel.</summary>
public sealed class DestinationCredentialTests(DestinationCredentialTests.Gateways parts)
    : IClassFixture<DestinationCredentialTests.Gateways>
{
    private const string Own = "Basic Z2F0ZXdheTpzZWNyZXQ=";

    [Fact]
    public async Task Authorization_that_the_route_sets_reaches_the_destination()
    {
        (await SendAsync("/own/a", parts.Issuer.Token().Build())).ShouldBe(Own);
    }

    [Theory]
    [InlineData("/private/a")]
    [InlineData("/allowed/a")]
    public async Task Token_does_not_travel_even_where_a_route_lets_authorization_pass(string path)
    {
        (await SendAsync(path, parts.Issuer.Token().Build())).ShouldBeNull();
    }

    [Theory]
    [InlineData("/public/a")]
    [InlineData("/public-transformed/a")]
    public async Task Credentials_to_a_public_route_reach_its_destination_as_they_came(string path)
    {
        (await SendAsync(path, "anything")).ShouldBe("Bearer anything");
    }

    [Fact]
    public async Task Second_request_of_a_connection_sends_no_token_either()
    {
        var token = parts.Issuer.Token().Build();
        for (var request = 0; request < 3; request++)
        {
            (await SendAsync("/private/a", token)).ShouldBeNull();
        }
    }

    private async Task<string?> SendAsync(string path, string token)
    {
        using var response = await parts.Gateway.GetAsync(path, token);
        response.IsSuccessStatusCode.ShouldBeTrue();
        return parts.Destination.Last.Header("Authorization");
    }

    /// <summary>Routes that write or let through the header in question.</summary>
    public sealed class Gateways : StandardGateway
    {
        private protected override void Configure(JsonObject configuration)
        {
            var routes = configuration["ReverseProxy"]!["Routes"]!;
            routes["own"] = TestGateway.Route("Authenticated", "/own/{**rest}");
            routes["own"]!["Transforms"] = JsonNode.Parse($$"""[{ "RequestHeader": "Authorization", "Set": "{{Own}}" }]""");
            routes["public-transformed"] = TestGateway.Route("Anonymous", "/public-transformed/{**rest}");
            routes["public-transformed"]!["Transforms"] = JsonNode.Parse("""[{ "RequestHeaderRemove": "X-Nothing" }]""");
            routes["allowed"] = TestGateway.Route("Authenticated", "/allowed/{**rest}");
            routes["allowed"]!["Transforms"] = JsonNode.Parse("""[{ "RequestHeadersAllowed": "Authorization;Accept" }]""");
        }
    }
}
