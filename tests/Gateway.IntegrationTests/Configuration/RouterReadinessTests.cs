using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>A gateway that cannot route is not ready.</summary>
public sealed class RouterReadinessTests : IAsyncLifetime
{
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync() => _destination = await RecordingDestination.StartAsync();

    public ValueTask DisposeAsync() => _destination.DisposeAsync();

    [Fact]
    public async Task Gateway_whose_router_cannot_be_built_is_not_ready()
    {
        var configuration = TestGateway.Configuration(_destination);
        configuration["ReverseProxy"]!["Routes"]!["typed"] = TestGateway.Route("Anonymous", "/typed/{id:int}");
        // The check builds the routes too, so the test adds a fault that the check cannot see.
        await using var gateway = await TestGateway.StartAsync(
            configuration, waitUntilReady: false,
            configure: services => services.Configure<RouteOptions>(options => options.ConstraintMap.Remove("int")));

        (await gateway.GetAsync("/public/x")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError, "this is what readiness must know");
        var (status, body) = await ReadinessAsync(gateway);

        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        body.ShouldContain("[-] routing\n");
    }

    [Fact]
    public async Task Readiness_tests_the_router_and_calls_no_destination()
    {
        var configuration = TestGateway.Configuration(_destination);
        configuration["ReverseProxy"]!["Routes"]!["all"] = TestGateway.Route("Anonymous", "/{**rest}");
        await using var gateway = await TestGateway.StartAsync(configuration);

        var (status, body) = await ReadinessAsync(gateway);

        status.ShouldBe(HttpStatusCode.OK, body);
        body.ShouldContain("[+] routing\n");
        _destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Gateway_without_routes_is_ready()
    {
        var configuration = TestGateway.Configuration(_destination);
        configuration["ReverseProxy"]!["Routes"] = new JsonObject();
        await using var gateway = await TestGateway.StartAsync(configuration);

        (await ReadinessAsync(gateway)).Status.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<(HttpStatusCode Status, string Body)> ReadinessAsync(TestGateway gateway)
    {
        using var probe = new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) };
        var response = await probe.GetAsync("/readyz?verbose", TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
