using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.TokenSources;

/// <summary>What a client sends beside the token that counts.</summary>
public sealed class OtherCredentialsTests
{
    [Theory]
    [InlineData("/private/a", false, "Bearer evil.evil.evil")]
    [InlineData("/public/a", false, "Bearer evil.evil.evil")]
    [InlineData("/forwarded/a", true, "DPoP evil")]
    [InlineData("/forwarded/a", true, "Basic YWxhZGRpbjpvcGVuc2VzYW1l")]
    public async Task Credentials_that_nobody_checked_do_not_travel_beside_an_identity(string path, bool readsAuthorization, string authorization)
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        var configuration = TestGateway.Configuration(issuer, destination);
        var cookie = new JsonObject { ["Cookie"] = "tok" };
        configuration["Gateway"]!["TokenSources"] = readsAuthorization
            ? new JsonArray(new JsonObject { ["Header"] = "Authorization", ["Scheme"] = "Bearer" }, cookie)
            : new JsonArray(cookie);
        configuration["Gateway"]!["Policies"]!["forwarded"] = new JsonObject { ["ForwardToken"] = true };
        configuration["ReverseProxy"]!["Routes"]!["forwarded"] = TestGateway.Route("forwarded", "/forwarded/{**rest}");
        await using var gateway = await TestGateway.StartAsync(configuration);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Cookie", $"tok={issuer.Token().Build()}");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var response = await gateway.Client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        destination.Last.Header("Authorization").ShouldBeNull();
    }
}
