using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;
using static Gateway.IntegrationTests.Configuration.ReloadedGateway;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>YARP and the router keep what they built of a route that a reload does not change. Its policy is the one in effect.</summary>
public sealed class KeptRouteTests
{
    [Fact]
    public async Task Route_that_has_not_changed_keeps_its_endpoint_and_gets_the_changed_policy()
    {
        await using var parts = await ReloadedGateway.StartAsync();
        var token = parts.Issuer.Token().Build();
        var before = Endpoints(parts);

        await ChangeAsync(parts, configuration =>
        {
            configuration["Gateway"]!["Policies"]!["guard"] = Guard(isScoped: true);
            configuration["ReverseProxy"]!["Routes"]!["new"] = TestGateway.Route("Anonymous", "/new/{**rest}");
        });

        (await parts.StatusAsync("/guarded/x", token)).ShouldBe(403);
        (await parts.StatusAsync("/new/x")).ShouldBe(200);
        Endpoints(parts).Intersect(before).Count().ShouldBe(before.Count);
    }

    [Fact]
    public async Task Route_that_a_filter_of_yarp_copies_gets_the_changed_policy()
    {
        await using var parts = await ReloadedGateway.StartAsync(services => services.AddSingleton<IProxyConfigFilter, CopyingFilter>());
        var token = parts.Issuer.Token().Build();
        (await parts.StatusAsync("/guarded/x", token)).ShouldBe(200);

        await ChangeAsync(parts, configuration => configuration["Gateway"]!["Policies"]!["guard"] = Guard(isScoped: true));

        (await parts.StatusAsync("/guarded/x", token)).ShouldBe(403);
    }

    [Fact]
    public async Task Order_of_routes_that_match_equally_well_takes_effect_when_nothing_else_has_changed()
    {
        await using var parts = await ReloadedGateway.StartAsync();
        var (first, second) = (RouteOf("One", "Authenticated", "/equal/{**rest}"), RouteOf("Two", "Anonymous", "/equal/{**rest}"));
        await SetAsync(first, second);
        (await StatusAsync(parts, "/equal/x", ["One", "Two"])).ShouldBe(401);

        await SetAsync(second, first);

        (await StatusAsync(parts, "/equal/x", ["One", "Two"])).ShouldBe(200);

        Task SetAsync(params JsonObject[] routes) => ChangeAsync(parts, configuration =>
            configuration["ReverseProxy"]!["Routes"] = new JsonObject(routes.Select(route => KeyValuePair.Create(
                route["Match"]!["Headers"]![0]!["Name"]!.GetValue<string>(), (JsonNode?)route.DeepClone()))));
    }

    /// <summary>YARP's comparison of configurations ignores each of these.</summary>
    [Theory]
    [InlineData("the case of a constraint", 404, 200, "/API/AB")]
    [InlineData("the limit of a body", 200, 413, null)]
    [InlineData("the case of an address", 200, 200, "/api/AB")]
    public async Task Change_that_yarp_takes_for_none_takes_effect(string change, int before, int after, string? target)
    {
        await using var parts = await StartAsync();
        await SetAsync(isChanged: false);
        (await PostAsync()).ShouldBe(before);

        await SetAsync(isChanged: true);

        (await PostAsync()).ShouldBe(after);
        if (target is not null)
        {
            parts.Destination.Last.Target.ShouldBe(target);
        }

        Task SetAsync(bool isChanged) => ChangeAsync(parts, configuration =>
        {
            var digits = change.EndsWith("constraint", StringComparison.Ordinal) && !isChanged;
            var route = TestGateway.Route("Anonymous", digits ? @"/{id:regex(^\d+$)}" : @"/{id:regex(^\D+$)}");
            route["MaxRequestBodySize"] = change.EndsWith("body", StringComparison.Ordinal) && isChanged ? 1 : 1000;
            configuration["ReverseProxy"]!["Routes"]!["changed"] = route;
            var path = change.EndsWith("address", StringComparison.Ordinal) && isChanged ? "/api" : "/API";
            configuration["ReverseProxy"]!["Clusters"]!["recorder"]!["Destinations"]!["one"]!["Address"] = parts.Destination.Address + path;
        });

        async Task<int> PostAsync()
        {
            using var content = new StringContent("body");
            using var response = await parts.Client.PostAsync("/AB", content);
            return (int)response.StatusCode;
        }
    }

    /// <summary>The routes change at random, and after each change each path is asked for.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_path_has_the_route_policy_and_destination_of_the_last_configuration(int seed)
    {
        await using var parts = await ReloadedGateway.StartAsync();
        await using var other = await RecordingDestination.StartAsync();
        var random = new Random(seed);
        string[] addresses = [parts.Destination.Address, other.Address];
        var scoped = false;
        // In the order of the file. Each route asks for a header of its own and requests have all, so the first route of a path serves it.
        List<(string Id, int Path, string Policy, int Cluster)> routes = [];
        int[] clusters = [0, 1];
        var names = 0;
        var token = parts.Issuer.Token().Build();
        for (var step = 0; step < 30; step++)
        {
            switch (random.Next(6))
            {
                case 0 or 1:
                    var name = $"{(char)('a' + random.Next(26))}{names++}";
                    routes.Insert(random.Next(routes.Count + 1), (name, random.Next(4), Policy(), Cluster()));
                    break;
                case 2 when routes.Count > 0:
                    routes.RemoveAt(random.Next(routes.Count));
                    break;
                case 3 when routes.Count > 1:
                    var moved = routes[0];
                    routes.RemoveAt(0);
                    routes.Add(moved);
                    break;
                case 4 when routes.Count > 0:
                    var i = random.Next(routes.Count);
                    routes[i] = routes[i] with { Policy = Policy(), Cluster = Cluster() };
                    break;
                default:
                    (scoped, clusters[0]) = (random.Next(2) == 0, random.Next(2));
                    break;
            }

            await ChangeAsync(parts, configuration =>
            {
                configuration["Gateway"]!["Policies"]!["guard"] = Guard(scoped);
                var proxy = configuration["ReverseProxy"]!;
                proxy["Routes"] = new JsonObject(routes.Select(route => KeyValuePair.Create(
                    route.Id, (JsonNode?)RouteOf(route.Id, route.Policy, $"/p{route.Path}/{{**rest}}", $"c{route.Cluster}"))));
                proxy["Clusters"] = new JsonObject(clusters.Select((address, n) => KeyValuePair.Create(
                    $"c{n}",
                    (JsonNode?)new JsonObject
                    {
                        ["Destinations"] = new JsonObject { ["one"] = new JsonObject { ["Address"] = addresses[address] } },
                    })));
            });

            for (var path = 0; path < 4; path++)
            {
                var route = routes.FirstOrDefault(each => each.Path == path);
                var target = $"/p{path}/{seed}-{step}";
                var expected = route switch
                {
                    { Id: null } => 404,
                    { Policy: "guard" } => scoped ? 403 : 200,
                    _ => 200,
                };
                string[] headers = [.. routes.Select(each => each.Id)];
                (await StatusAsync(parts, target, headers, token)).ShouldBe(expected, $"step {step}, path {path}");
                var reached = new[] { parts.Destination, other }.Where(each => each.Received.Any(request => request.Target == target));
                reached.Select(each => each.Address).ShouldBe(expected == 200 ? [addresses[clusters[route.Cluster]]] : []);
                if (expected == 200)
                {
                    var status = await StatusAsync(parts, target, headers);
                    status.ShouldBe(route.Policy == "Anonymous" ? 200 : 401, $"step {step}, path {path}");
                }
            }
        }

        string Policy() => random.Next(3) switch { 0 => "Anonymous", 1 => "Authenticated", _ => "guard" };
        int Cluster() => random.Next(2);
    }

    /// <summary>A route for requests with this header.</summary>
    private static JsonObject RouteOf(string header, string policy, string path, string cluster = "recorder")
    {
        var route = TestGateway.Route(policy, path);
        route["ClusterId"] = cluster;
        route["Match"]!["Headers"] = new JsonArray(new JsonObject { ["Name"] = header, ["Mode"] = "Exists" });
        return route;
    }

    private static async Task<int> StatusAsync(MountedGateway parts, string path, string[] headers, string? token = null)
    {
        using var request = TestGateway.Request(HttpMethod.Get, path, token);
        foreach (var header in headers)
        {
            request.Headers.Add(header, "1");
        }

        using var response = await parts.Client.SendAsync(request);
        return (int)response.StatusCode;
    }

    private static List<Endpoint> Endpoints(MountedGateway parts) =>
        [
            .. parts.Services.GetRequiredService<EndpointDataSource>().Endpoints
                .Where(each => each.Metadata.GetMetadata<RouteModel>() is not null),
        ];

    private sealed class CopyingFilter : IProxyConfigFilter
    {
        public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel) => new(cluster with { });

        public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) =>
            new(route with { });
    }
}
