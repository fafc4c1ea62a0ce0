using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;
using static Gateway.IntegrationTests.Configuration.ReloadedGateway;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>YARP or the router fails in the middle of a change, which the check should have found.</summary>
public sealed class PartlyAppliedTests
{
    [Fact]
    public async Task Last_configuration_serves_on_when_yarp_takes_only_a_part_of_the_next_and_a_later_one_takes_effect()
    {
        using var pause = new ClusterPause { Fails = true };
        await using var parts = await StartAsync(services => services.AddSingleton<IClusterChangeListener>(pause));
        await using var moved = await RecordingDestination.StartAsync();
        var token = parts.Issuer.Token().Build();
        await pause.DuringAsync(() => ChangeAsync(parts, configuration =>
        {
            Move(configuration, moved);
            configuration["Gateway"]!["Policies"]!["guard"] = Guard(isScoped: true);
        }));

        (await parts.StatusAsync("/guarded/kept", token)).ShouldBe(200);
        moved.Received.ShouldBeEmpty();
        parts.LinesWith("YARP cannot apply it").ShouldBe(1);

        pause.Fails = false;
        pause.End();
        await ChangeAsync(parts, configuration => configuration["Gateway"]!["Policies"]!["guard"] = Guard(isScoped: false));
        (await parts.StatusAsync("/guarded/moved", token)).ShouldBe(200);
        moved.Received.ShouldHaveSingleItem().Target.ShouldEndWith("/moved");
    }

    /// <summary>
    /// The framework's router does not follow changes any more, so that the gateway must not report that one is in effect.
    /// </summary>
    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(0)]
    [InlineData(int.MaxValue)]
    public async Task Last_configuration_serves_until_a_restart_when_the_router_cannot_be_built(int stage)
    {
        var router = new FailingRouter(stage);
        await using var parts = await StartAsync(services => services.AddSingleton<MatcherPolicy>(router));
        await using var moved = await RecordingDestination.StartAsync();
        var token = parts.Issuer.Token().Build();
        router.Failures = 1;

        foreach (var order in new[] { 1, 2 })
        {
            await ChangeAsync(parts, configuration =>
            {
                configuration["ReverseProxy"]!["Routes"]!["new"] = TestGateway.Route("Anonymous", "/new/{**rest}");
                configuration["ReverseProxy"]!["Routes"]!["new"]!["Order"] = order;
                configuration["Gateway"]!["Policies"]!["guard"] = Guard(isScoped: true);
                Move(configuration, moved);
            });

            router.Failures.ShouldBe(0);
            (await parts.StatusAsync("/guarded/x", token)).ShouldBe(200);
            (await parts.StatusAsync("/new/x")).ShouldBe(404);
            moved.Received.ShouldBeEmpty();
            parts.LinesWith("YARP cannot apply it").ShouldBe(order);
        }
    }

    [Fact]
    public async Task Last_configuration_serves_on_when_a_filter_of_yarp_hides_that_a_route_has_changed()
    {
        await using var parts = await StartAsync(services => services.AddSingleton<IProxyConfigFilter, ForgetfulFilter>());
        var token = parts.Issuer.Token().Build();

        foreach (var attempt in new[] { 1, 2 })
        {
            await ChangeAsync(parts, configuration =>
            {
                configuration["Gateway"]!["Policies"]!["guard"] = Guard(isScoped: true);
                configuration["Gateway"]!["Policies"]![$"unused{attempt}"] = Guard(isScoped: true);
            });

            (await parts.StatusAsync("/guarded/x", token)).ShouldBe(200);
            parts.LinesWith("YARP cannot apply it").ShouldBe(attempt);
            parts.LinesWith("is still that of the last configuration").ShouldBe(attempt);
        }
    }

    /// <summary>Removes all metadata, and so the mark by which a changed route is known.</summary>
    private sealed class ForgetfulFilter : IProxyConfigFilter
    {
        private static readonly Dictionary<string, string> Nothing = [];

        public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel) => new(cluster);

        public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) =>
            new(route with { Metadata = Nothing });
    }

    /// <summary>Throws while the router is built, as often as a test says.</summary>
    private sealed class FailingRouter(int order) : MatcherPolicy, INodeBuilderPolicy
    {
        public int Failures { get; set; }

        public override int Order => order;

        public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
            Failures > 0 && Failures-- > 0 ? throw new InvalidOperationException("The router cannot be built.") : false;

        public IReadOnlyList<PolicyNodeEdge> GetEdges(IReadOnlyList<Endpoint> endpoints) => throw new NotSupportedException();

        public PolicyJumpTable BuildJumpTable(int exitDestination, IReadOnlyList<PolicyJumpTableEdge> edges) =>
            throw new NotSupportedException();
    }
}
