using System.Text.Json.Nodes;
using Gateway.Authentication;
using Gateway.Configuration;
using Gateway.Pipeline.Authentication;
using Gateway.Pipeline.Logout;
using Gateway.Runtime;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>A changed yarp.json is in force within seconds when it is good, and changes nothing when it is not.</summary>
public sealed class ReloadTests : IAsyncLifetime
{
    private MountedGateway _parts = null!;

    public async ValueTask InitializeAsync() => _parts = await MountedGateway.StartAsync();

    public ValueTask DisposeAsync() => _parts.DisposeAsync();

    [Fact]
    public async Task Route_that_is_added_serves_and_one_that_is_removed_is_gone()
    {
        (await _parts.StatusAsync("/new/x")).ShouldBe(404);

        _parts.Change(configuration =>
        {
            var routes = configuration["ReverseProxy"]!["Routes"]!.AsObject();
            routes["new"] = TestGateway.Route("Anonymous", "/new/{**rest}");
            routes.Remove("public");
        });

        await _parts.ShouldComeToAnswerAsync(200, "/new/x");
        (await _parts.StatusAsync("/public/x")).ShouldBe(404);
        await Eventually.TrueAsync(() => _parts.LinesWith("routes +1 -1 ~0") == 1, "the log says what changed");
    }

    [Fact]
    public async Task Policy_that_asks_for_more_rejects_tokens_it_has_let_pass()
    {
        var token = _parts.Issuer.Token().With("scope", "orders:read").Build();
        (await _parts.StatusAsync("/private/x", token)).ShouldBe(200);

        _parts.Change(configuration =>
        {
            configuration["Gateway"]!["Policies"]!["strict"] =
                new JsonObject { ["Scopes"] = new JsonObject { ["All"] = new JsonArray("orders:write") } };
            configuration["ReverseProxy"]!["Routes"]!["private"]!["AuthorizationPolicy"] = "strict";
        });

        await _parts.ShouldComeToAnswerAsync(403, "/private/x", token);
    }

    [Fact]
    public async Task Issuer_that_leaves_takes_its_known_tokens_with_it_and_one_that_comes_serves()
    {
        await using var other = await FakeIssuer.StartAsync();
        var (old, recent) = (_parts.Issuer.Token().Build(), other.Token().Build());
        (await _parts.StatusAsync("/private/x", old)).ShouldBe(200);
        (await _parts.StatusAsync("/private/x", recent)).ShouldBe(401);

        _parts.Change(configuration => configuration["Gateway"]!["Issuers"] = new JsonObject
        {
            ["other"] = new JsonObject
            {
                ["Issuer"] = other.Issuer,
                ["Audiences"] = new JsonArray("shop-api"),
                ["Keys"] = new JsonObject { ["Discovery"] = true },
            },
        });

        await _parts.ShouldComeToAnswerAsync(401, "/private/x", old);
        await _parts.ShouldComeToAnswerAsync(200, "/private/x", recent);
    }

    [Fact]
    public async Task Identity_headers_follow_and_the_new_ones_are_stripped_from_clients()
    {
        _parts.Change(configuration =>
            configuration["Gateway"]!["Identity"] =
                new JsonObject { ["Headers"] = new JsonObject { ["X-User"] = "sub", ["X-Tenant"] = "tenant" } });
        await Eventually.TrueAsync(
            async () =>
            {
                await _parts.StatusAsync("/private/x", _parts.Issuer.Token().With("sub", "alice").Build());
                return _parts.Destination.Last.Header("X-User") == "alice";
            },
            "the subject travels under its new name");

        using var request = TestGateway.Request(HttpMethod.Get, "/private/x", _parts.Issuer.Token().Build());
        request.Headers.Add("X-Tenant", "forged");
        using var response = await _parts.Client.SendAsync(request, TestContext.Current.CancellationToken);

        _parts.Destination.Last.Header("X-Tenant").ShouldBeNull();
        _parts.Destination.Last.Header("X-Auth-Subject").ShouldBeNull();
    }

    [Fact]
    public async Task Log_levels_follow()
    {
        const string line = "Debug Gateway.Access 104: GET on route public: 200";
        (await _parts.StatusAsync("/public/x")).ShouldBe(200);

        _parts.Change(
            configuration => configuration["Logging"] = new JsonObject { ["LogLevel"] = new JsonObject { ["Gateway.Access"] = "Debug" } });
        await Eventually.TrueAsync(
            async () => await _parts.StatusAsync("/public/x") == 200 && _parts.LinesWith(line) > 0, "every request has a line");
        await Eventually.TrueAsync(() => _parts.LinesWith(": Logging.") == 1, "the change is logged");
        _parts.Change(configuration => configuration.Remove("Logging"));
        await Eventually.TrueAsync(() => _parts.LinesWith(": Logging.") == 2, "the change is in effect");

        var before = _parts.LinesWith(line);
        (await _parts.StatusAsync("/public/x")).ShouldBe(200);
        _parts.LinesWith(line).ShouldBe(before);
    }

    [Theory]
    [InlineData("not JSON", """{ "Gateway": """)]
    [InlineData("an empty file", "")]
    [InlineData("a typo", """{ "Gateway": { "Issuerz": {} }, "ReverseProxy": { "Routes": {}, "Clusters": {} } }""")]
    [InlineData(
        "a route without policy",
        """{ "ReverseProxy": { "Routes": { "a": { "ClusterId": "c", "Match": { "Path": "/a" } } }, "Clusters": { "c": { "Destinations": { "d": { "Address": "http://127.0.0.1:1" } } } } } }""")]
    public async Task Bad_configuration_changes_nothing_and_is_said_once(string what, string content)
    {
        var token = _parts.Issuer.Token().Build();
        _parts.Mount.Write(content);
        await Eventually.TrueAsync(() => _parts.LinesWith("configuration is rejected") == 1, what);

        // Every look since then finds the same, and something else that reloads does not help it in.
        (await _parts.StatusAsync("/private/x", token)).ShouldBe(200);
        _parts.Mount.Write(content + " ");
        (await _parts.StatusAsync("/private/x", token)).ShouldBe(200);
        _parts.Change(configuration => configuration["ReverseProxy"]!["Routes"]!["new"] = TestGateway.Route("Anonymous", "/new/{**rest}"));
        await _parts.ShouldComeToAnswerAsync(200, "/new/x");
        _parts.LinesWith("configuration is rejected").ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task File_that_is_lost_again_is_said_again()
    {
        _parts.Mount.Lose();
        await Eventually.TrueAsync(() => _parts.LinesWith("cannot be read") == 1, "the loss is said");

        _parts.Mount.BringBack();
        var status = _parts.Services.GetRequiredService<ConfigurationStatus>();
        await Eventually.TrueAsync(() => status.Current.LastFailure is { IsPending: false }, "a look has found it again");
        _parts.Mount.Lose();

        await Eventually.TrueAsync(() => _parts.LinesWith("cannot be read") == 2, "the second loss is said");
    }

    [Fact]
    public async Task Error_in_a_changed_file_names_its_line_and_cure()
    {
        _parts.Mount.Write("{\n  \"Gateway\": {\n    \"Polices\": {}\n  }\n}");

        await Eventually.TrueAsync(() => _parts.LinesWith("yarp.json:3:") == 1, "the line is named");
        _parts.LinesWith("Policies").ShouldBe(1);
    }

    [Fact]
    public async Task Issuer_that_had_keys_does_not_lose_them_to_a_source_that_brings_none()
    {
        var token = _parts.Issuer.Token().Build();

        _parts.Change(configuration =>
            configuration["Gateway"]!["Issuers"]!["shop"]!["Keys"] = new JsonObject { ["JwksUri"] = "http://127.0.0.1:9/keys" });

        await Eventually.TrueAsync(() => _parts.LinesWith("no keys can be loaded from there") == 1, "the loss is prevented");
        (await _parts.StatusAsync("/private/x", token)).ShouldBe(200);
        _parts.Change(configuration =>
            configuration["Gateway"]!["Issuers"]!["shop"]!["Keys"] = new JsonObject { ["JwksUri"] = _parts.Issuer.JwksUri });
        await Eventually.TrueAsync(() => _parts.LinesWith("Applied configuration") == 1, "the corrected source is taken");
        (await _parts.StatusAsync("/private/x", token)).ShouldBe(200);
    }

    [Fact]
    public async Task Change_of_routes_keeps_keys_and_verified_tokens()
    {
        var token = _parts.Issuer.Token().Build();
        (await _parts.StatusAsync("/private/x", token)).ShouldBe(200);
        var (fetches, before) = (_parts.Issuer.KeyRequests, Authenticator);

        _parts.Change(configuration => configuration["ReverseProxy"]!["Routes"]!["new"] = TestGateway.Route("Anonymous", "/new/{**rest}"));
        await _parts.ShouldComeToAnswerAsync(200, "/new/x");

        (await _parts.StatusAsync("/private/x", token)).ShouldBe(200);
        _parts.Issuer.KeyRequests.ShouldBe(fetches);
        Authenticator.ShouldBeSameAs(before);
    }

    [Fact]
    public async Task What_is_read_at_start_only_is_named()
    {
        _parts.Change(configuration => configuration["Gateway"]!["Keys"] = new JsonObject { ["CacheDirectory"] = "cache" });

        await Eventually.TrueAsync(() => _parts.LinesWith("only after a restart: Gateway:Keys.") == 1, "the setting is named");
    }

    [Fact]
    public async Task Hundred_changes_under_load_fail_no_request()
    {
        using var stop = new CancellationTokenSource();
        var token = _parts.Issuer.Token().Build();
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(() => _parts.AskAsync("/private/x", token, stop.Token))).ToList();

        await Eventually.TrueAsync(() => Task.FromResult(_parts.Destination.Received.Count >= clients.Count), "the clients are calling");

        // As fast as they are taken, which is faster than any operator.
        var follower = _parts.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<ConfigurationFollower>().Single();
        await follower.StopAsync(TestContext.Current.CancellationToken);
        for (var change = 0; change < 100; change++)
        {
            var number = change;
            _parts.Change(configuration =>
            {
                configuration["Gateway"]!["Policies"]![$"p{number % 3}"] =
                    new JsonObject { ["Scopes"] = new JsonObject { ["Any"] = new JsonArray($"s{number}") } };
                configuration["ReverseProxy"]!["Routes"]!["changing"] = TestGateway.Route($"p{number % 3}", $"/changing/{number}");
            });
            await follower.LookAsync(TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        var seen = (await Task.WhenAll(clients))
            .SelectMany(statuses => statuses)
            .GroupBy(pair => pair.Key)
            .ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value));
        seen.Keys.ShouldBe([200]);
        (await _parts.StatusAsync("/changing/99")).ShouldBe(401);
        (await _parts.StatusAsync("/changing/98")).ShouldBe(404);
    }

    [Fact]
    public async Task Logout_token_that_meets_a_reload_reaches_no_route()
    {
        _parts.Change(configuration =>
            configuration["Gateway"]!["Issuers"]!["shop"]!["BackChannelLogout"] =
                new JsonObject { ["ClientIds"] = new JsonArray("shop-web") });
        await _parts.ShouldComeToAnswerAsync(405, "/backchannel-logout/shop");
        var before = _parts.Services.GetRequiredService<LiveGateway>().Current;
        _parts.Change(configuration => configuration["Gateway"]!["Issuers"]!["shop"]!.AsObject().Remove("BackChannelLogout"));
        await _parts.ShouldComeToAnswerAsync(404, "/backchannel-logout/shop");

        // A request that came in before, and goes on after the change.
        var context = new DefaultHttpContext { Request = { Method = "GET", Path = "/backchannel-logout/shop" } };
        context.Features.Set(new GatewayRequest(before));
        var middleware = ActivatorUtilities.CreateInstance<LogoutMiddleware>(
            _parts.Services, (RequestDelegate)(_ => throw new InvalidOperationException("A route got it.")));
        await middleware.InvokeAsync(context);

        context.Response.StatusCode.ShouldBe(405);
    }

    [Fact]
    public async Task Header_that_becomes_protected_while_a_request_is_routed_is_counted_or_said()
    {
        var live = _parts.Services.GetRequiredService<LiveGateway>();
        var before = live.Current;
        _parts.Change(configuration =>
        {
            configuration["Gateway"]!["Identity"] =
                new JsonObject { ["Headers"] = new JsonObject { ["X-Auth-Tenant"] = "tenant" }, ["Aliases"] = "Reject" };
            configuration["ReverseProxy"]!["Routes"]!["new"] = TestGateway.Route("Anonymous", "/new/{**rest}");
        });
        await _parts.ShouldComeToAnswerAsync(200, "/new/x");
        var after = live.Current;
        var config =
            new RouteConfig { RouteId = "new", AuthorizationPolicy = "Anonymous", Metadata = new Dictionary<string, string>() };
        var route = new RouteHandle(config, live, after);
        var middleware =
            ActivatorUtilities.CreateInstance<AuthenticationMiddleware>(_parts.Services, (RequestDelegate)(_ => Task.CompletedTask));
        using var stripped = new MetricCapture(_parts.Services, "gateway.identity.stripped_headers");

        var aliased = Routed("X_Auth_Tenant");
        await middleware.InvokeAsync(aliased);
        var spoofed = Routed("X-Auth-Tenant");
        await middleware.InvokeAsync(spoofed);

        aliased.Response.StatusCode.ShouldBe(400);
        GatewayRequest.Of(aliased).Decision.ShouldBe(new AuthDecision("ambiguous", "HeaderAlias", null));
        spoofed.Request.Headers.ContainsKey("X-Auth-Tenant").ShouldBeFalse();
        stripped.Measurements.ShouldBe(["1 "]);

        // It came in under the old configuration, and was routed by the new one.
        HttpContext Routed(string header)
        {
            var context =
                new DefaultHttpContext { Request = { Method = "GET", Path = "/new/x", Protocol = "HTTP/1.1" }, RequestServices = _parts.Services };
            context.Request.Headers[header] = "forged";
            context.Features.Set(new GatewayRequest(before));
            context.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(route), "new"));
            return context;
        }
    }

    private Authenticator Authenticator => _parts.Services.GetRequiredService<LiveGateway>().Current.Authenticator;
}
