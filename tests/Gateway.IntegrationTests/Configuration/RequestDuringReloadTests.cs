using System.Text.Json.Nodes;
using Gateway.Configuration;
using Gateway.Host;
using Gateway.Testing;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Model;
using static Gateway.IntegrationTests.Configuration.ReloadedGateway;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>A request during a reload is routed, decided and sent by one configuration.</summary>
public sealed class RequestDuringReloadTests
{
    [Fact]
    public async Task New_destination_of_a_cluster_serves_while_the_routes_are_still_being_built()
    {
        using var pause = new ClusterPause();
        await using var parts = await StartAsync(services => services.AddSingleton<IClusterChangeListener>(pause));
        await using var moved = await RecordingDestination.StartAsync();

        var change = pause.DuringAsync(() => ChangeAsync(parts, configuration => Move(configuration, moved)));
        await pause.Begun;
        var status = await parts.StatusAsync("/guarded/during", parts.Issuer.Token().Build());
        pause.End();
        await change;

        status.ShouldBe(200);
        moved.Received.ShouldHaveSingleItem().Target.ShouldEndWith("/during");
    }

    [Theory]
    [InlineData("Scopes")]
    [InlineData("Identity")]
    public async Task Request_does_not_reach_a_new_destination_under_settings_that_change_with_it(string setting)
    {
        using var pause = new ClusterPause();
        await using var parts = await StartAsync(services => services.AddSingleton<IClusterChangeListener>(pause));
        await using var moved = await RecordingDestination.StartAsync();

        var change = pause.DuringAsync(() => ChangeAsync(parts, configuration =>
        {
            Move(configuration, moved);
            if (setting == "Scopes")
            {
                configuration["Gateway"]!["Policies"]!["guard"] = Guard(isScoped: true);
            }
            else
            {
                configuration["Gateway"]!["Identity"] =
                    new JsonObject { ["Headers"] = new JsonObject { ["X-Auth-Tenant"] = "tenant" } };
            }
        }));
        await pause.Begun;
        var status = await parts.StatusAsync("/guarded/during", parts.Issuer.Token().Build());
        pause.End();
        await change;

        status.ShouldBe(503);
        moved.Received.ShouldBeEmpty();
    }

    /// <summary>Each time the request matches a public route of the old configuration and, in the new one, the guarded route.</summary>
    [Theory]
    [InlineData("added")]
    [InlineData("removed")]
    [InlineData("given another path")]
    [InlineData("given another order")]
    [InlineData("moved in the file")]
    public async Task Request_does_not_reach_a_new_destination_by_routes_that_change_with_it(string how)
    {
        using var pause = new ClusterPause();
        await using var parts = await StartAsync(services => services.AddSingleton<IClusterChangeListener>(pause));
        await using var moved = await RecordingDestination.StartAsync();
        var (broad, narrow) = ("/{**rest}", "/admin/{**rest}");
        await ChangeAsync(parts, configuration => configuration["ReverseProxy"]!["Routes"] = how switch
        {
            "added" => Routes(("public", broad, 0)),
            "removed" => Routes(("public", narrow, 0), ("guarded", broad, 0)),
            "given another path" => Routes(("public", broad, 0), ("guarded", "/other/{**rest}", 0)),
            "given another order" => Routes(("public", narrow, 0), ("guarded", broad, 0)),
            _ => Routes(("public", broad, 0), ("guarded", broad, 0)),
        });

        var change = pause.DuringAsync(() => ChangeAsync(parts, configuration =>
        {
            Move(configuration, moved);
            configuration["ReverseProxy"]!["Routes"] = how switch
            {
                "added" or "given another path" => Routes(("public", broad, 0), ("guarded", narrow, 0)),
                "removed" => Routes(("guarded", broad, 0)),
                "given another order" => Routes(("public", narrow, 0), ("guarded", broad, -1)),
                _ => Routes(("guarded", broad, 0), ("public", broad, 0)),
            };
        }));
        await pause.Begun;
        var status = await StatusAsync("/admin/during");
        pause.End();
        await change;

        status.ShouldBe(503);
        moved.Received.ShouldBeEmpty();
        (await StatusAsync("/admin/after")).ShouldBe(401);

        async Task<int> StatusAsync(string path)
        {
            using var request = TestGateway.Request(HttpMethod.Get, path, token: null);
            request.Headers.Add("public", "1");
            request.Headers.Add("guarded", "1");
            using var response = await parts.Client.SendAsync(request);
            return (int)response.StatusCode;
        }

        static JsonObject Routes(params (string Id, string Path, int Order)[] routes) => new(routes.Select(route =>
        {
            var made = TestGateway.Route(route.Id == "public" ? "Anonymous" : "guard", route.Path);
            made["Order"] = route.Order;
            // Two routes with one path must differ. The request has both headers.
            made["Match"]!["Headers"] = new JsonArray(new JsonObject { ["Name"] = route.Id, ["Mode"] = "Exists" });
            return KeyValuePair.Create(route.Id, (JsonNode?)made);
        }));
    }

    [Fact]
    public async Task Request_that_one_configuration_has_answered_cors_for_is_decided_by_the_same()
    {
        var cors = new ReloadingCors();
        await using var parts = await StartAsync(services => services.AddSingleton<ICorsService>(cors));
        await ChangeAsync(parts, configuration =>
        {
            configuration["Gateway"]!["Cors"] = JsonNode.Parse("""{ "apps": { "Origins": [ "https://app.example" ] } }""");
            configuration["ReverseProxy"]!["Routes"]!["guarded"]!["CorsPolicy"] = "apps";
        });
        cors.Then = () => ChangeAsync(
            parts, configuration => configuration["Gateway"]!["Policies"]!["guard"] = Guard(isScoped: true)).GetAwaiter().GetResult();

        (await StatusAsync()).ShouldBe(200);
        (await StatusAsync()).ShouldBe(403);

        async Task<int> StatusAsync()
        {
            using var request = TestGateway.Request(HttpMethod.Get, "/guarded/x", parts.Issuer.Token().Build());
            request.Headers.Add("Origin", "https://app.example");
            using var response = await parts.Client.SendAsync(request);
            response.Headers.GetValues("Access-Control-Allow-Origin").ShouldHaveSingleItem().ShouldBe("https://app.example");
            return (int)response.StatusCode;
        }
    }

    /// <summary>The path with an encoded slash is routed in each of its readings, and the policies are compared.</summary>
    [Fact]
    public async Task Readings_of_a_path_that_a_reload_comes_between_are_compared_by_one_configuration()
    {
        var router = new ReloadingRouter("/guarded/a/b");
        await using var parts = await StartAsync(services => services.AddSingleton<MatcherPolicy>(router));
        await ChangeAsync(parts, configuration => configuration["Gateway"]!["Routes"] =
            JsonNode.Parse("""{ "guarded": { "EncodedSlashes": "PassThrough" } }"""));
        router.Then = () => ChangeAsync(
            parts, configuration => configuration["Gateway"]!["Policies"]!["guard"] = Guard(isScoped: true));

        (await parts.StatusAsync("/guarded/a%2Fb", parts.Issuer.Token().Build())).ShouldBe(403);

        router.Then.ShouldBeNull();
    }

    [Fact]
    public async Task Routes_are_built_before_the_first_reload_changes_what_they_name()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        var configuration = TestGateway.Configuration(issuer, destination);
        configuration["Gateway"]!["Policies"]!["guard"] = Guard(isScoped: false);
        configuration["ReverseProxy"]!["Routes"]!["guarded"] = TestGateway.Route("guard", "/guarded/{**rest}");
        using var mount = new ConfigMount(configuration.ToJsonString());
        using var pause = new ClusterPause();
        await using var app = await GatewayApp.BuildAsync(new GatewayAppOptions
        {
            ConfigFile = mount.ConfigFile,
            Environment = "Development",
            Configure = builder => builder.Services.AddSingleton<IClusterChangeListener>(pause),
        });
        configuration["Gateway"]!["Policies"]!.AsObject().Remove("guard");
        configuration["ReverseProxy"]!["Routes"]!["guarded"]!["AuthorizationPolicy"] = "Authenticated";
        configuration["ReverseProxy"]!["Clusters"]!["recorder"]!["Destinations"]!["one"]!["Address"] = "http://127.0.0.1:1";
        mount.Write(configuration);

        var change = pause.DuringAsync(() => Follower(app.Services).LookAsync(TestContext.Current.CancellationToken));
        await pause.Begun;
        var routes = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).Count(
            each => each.Metadata.GetMetadata<RouteModel>()?.Config.RouteId == "guarded");
        pause.End();
        await change;

        routes.ShouldBe(1);
    }

    /// <summary>Changes the configuration once, after the policy of a request has been found.</summary>
    private sealed class ReloadingCors : ICorsService
    {
        private readonly CorsService _service = new(Options.Create(new CorsOptions()), NullLoggerFactory.Instance);

        public Action? Then { get; set; }

        public CorsResult EvaluatePolicy(HttpContext context, CorsPolicy policy)
        {
            var change = Then;
            Then = null;
            change?.Invoke();
            return _service.EvaluatePolicy(context, policy);
        }

        public void ApplyResult(CorsResult result, HttpResponse response) => _service.ApplyResult(result, response);
    }

    /// <summary>Changes the configuration once, while a path is routed.</summary>
    private sealed class ReloadingRouter(string path) : MatcherPolicy, IEndpointSelectorPolicy
    {
        public override int Order => 0;

        public Func<Task>? Then { get; set; }

        public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => true;

        public Task ApplyAsync(HttpContext context, CandidateSet candidates)
        {
            if (context.Request.Path != path || Then is not { } change)
            {
                return Task.CompletedTask;
            }

            Then = null;
            return change();
        }
    }
}
