using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Authentication;

/// <summary>What a client sends beside the token that counts.</summary>
public sealed class OtherCredentialsTests
{
    [Theory]
    [InlineData("/private/a", false, "Bearer evil.evil.evil")]
    [InlineData("/forwarded/a", true, "Digest evil")]
    [InlineData("/forwarded/a", true, "Basic YWxhZGRpbjpvcGVuc2VzYW1l")]
    public async Task Credentials_that_nobody_checked_do_not_travel_beside_an_identity(
        string path, bool readsAuthorization, string authorization)
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        await using var gateway = await StartAsync(issuer, destination, readsAuthorization);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Cookie", $"tok={issuer.Token().Build()}");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var response = await gateway.Client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        destination.Last.Header("Authorization").ShouldBeNull();
    }

    [Fact]
    public async Task Two_values_of_Authorization_do_not_travel_beside_a_forwarded_token()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        await using var gateway = await StartAsync(issuer, destination, readsAuthorization: false);

        var answer = await RawHttp.SendAsync(
            gateway.Client.BaseAddress!.ToString(),
            $"GET /forwarded/a HTTP/1.1\r\nHost: shop\r\nConnection: close\r\nCookie: tok={issuer.Token().Build()}\r\n"
            + "Authorization: Basic YWxhZGRpbjpvcGVuc2VzYW1l\r\nAuthorization: Bearer evil.evil.evil\r\n\r\n",
            TestContext.Current.CancellationToken);

        RawHttp.StatusOf(answer).ShouldBe(200);
        destination.Last.Header("Authorization").ShouldBeNull();
    }

    private static Task<TestGateway> StartAsync(FakeIssuer issuer, RecordingDestination destination, bool readsAuthorization)
    {
        var configuration = TestGateway.Configuration(issuer, destination);
        var cookie = new JsonObject { ["Cookie"] = "tok" };
        configuration["Gateway"]!["TokenSources"] = readsAuthorization
            ? new JsonArray(new JsonObject { ["Header"] = "Authorization", ["Scheme"] = "Bearer" }, cookie)
            : new JsonArray(cookie);
        configuration["Gateway"]!["Policies"]!["forwarded"] = new JsonObject { ["ForwardToken"] = true };
        configuration["ReverseProxy"]!["Routes"]!["forwarded"] = TestGateway.Route("forwarded", "/forwarded/{**rest}");
        return TestGateway.StartAsync(configuration);
    }
}
