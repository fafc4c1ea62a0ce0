using System.Net;
using Gateway.Testing;

namespace Gateway.IntegrationTests;

public sealed class FirstRequestTests
{
    [Fact]
    public async Task Valid_token_reaches_the_destination_with_its_identity()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(issuer, destination));

        using var response = await gateway.GetAsync("/private/orders?x=1", issuer.Token().Build());

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        destination.Last.Target.ShouldBe("/private/orders?x=1");
        destination.Last.Header("X-Auth-Subject").ShouldBe("alice");
        destination.Last.Header("X-Auth-Scopes").ShouldBe("orders:read");
        destination.Last.Header("X-Auth-Client").ShouldBe("shop-web");
        destination.Last.Header("X-Auth-Issuer").ShouldBe(issuer.Issuer);
        destination.Last.Header("X-Auth-Roles").ShouldBeNull();
        destination.Last.Header("Authorization").ShouldBeNull();
    }

    [Fact]
    public async Task Missing_token_is_rejected_with_a_bare_challenge()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(issuer, destination));

        using var response = await gateway.GetAsync("/private/orders");

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        response.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
        destination.Received.ShouldBeEmpty();
    }
}
