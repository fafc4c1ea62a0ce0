using Gateway.Settings;

namespace Gateway.Tests.Configuration;

public sealed class RouteCheckTests
{
    private const string Match = "\"Match\": { \"Path\": \"/orders/{**rest}\" }";

    [Theory]
    [InlineData("\"AuthorizationPolicy\": \"read\",", "", "", "every route names a policy.", "Write \"Anonymous\" for a public route")]
    [InlineData("\"read\",", "\"\",", "", "every route names a policy.", "Write \"Anonymous\" for a public route")]
    [InlineData("\"read\",", "\"raed\",", "", "there is no authorization policy \"raed\".", "Did you mean \"read\"?")]
    [InlineData(
        "\"read\",", "\"Default\",", "", "there is no authorization policy \"Default\".", "Write \"Authenticated\" for any valid token")]
    [InlineData("\"ClusterId\": \"shop\",", "", "ClusterId", "a route needs a cluster.", "Name one of ReverseProxy:Clusters.")]
    [InlineData("\"ClusterId\": \"shop\"", "\"ClusterId\": \"shp\"", "ClusterId", "there is no cluster \"shp\".", "Did you mean \"shop\"?")]
    [InlineData(
        Match, "\"CorsPolicy\": \"x\", " + Match, "CorsPolicy", "there is no \"x\" in Gateway:Cors.",
        "Define it there, or remove it here.")]
    [InlineData(
        Match, "\"RateLimiterPolicy\": \"x\", " + Match, "RateLimiterPolicy", "there is no \"x\" in Gateway:RateLimits.",
        "Define it there, or remove it here.")]
    [InlineData(
        Match, "\"TimeoutPolicy\": \"x\", " + Match, "TimeoutPolicy", "there is no \"x\" in Gateway:Timeouts.",
        "Define it there, or remove it here.")]
    public async Task Reference_to_nothing_is_an_error(string old, string replacement, string key, string problem, string cure)
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync(old, replacement);

        // YARP has its own word to say about some of these, at the route as a whole.
        var path = "ReverseProxy:Routes:orders:" + (key.Length == 0 ? "AuthorizationPolicy" : key);
        var error = errors.Where(found => found.Path == path).ShouldHaveSingleItem();
        error.Problem.ShouldBe(problem);
        error.Cure.ShouldStartWith(cure);
    }

    [Theory]
    [InlineData("\"Timeouts\": { \"short\": \"00:00:05\" }", "\"TimeoutPolicy\": \"shrt\"", "TimeoutPolicy", "Did you mean \"short\"?")]
    [InlineData(
        "\"Timeouts\": { \"short\": \"00:00:05\" }", "\"TimeoutPolicy\": \"short\", \"Timeout\": \"00:00:01\"", "TimeoutPolicy",
        "Remove one of them.")]
    [InlineData("\"Cors\": { \"app\": { \"Origins\": [\"*\"] } }", "\"CorsPolicy\": \"api\"", "CorsPolicy", "Did you mean \"app\"?")]
    [InlineData(
        "\"RateLimits\": { \"user\": { \"Permits\": 1, \"Window\": \"00:00:01\" } }", "\"RateLimiterPolicy\": \"usr\"", "RateLimiterPolicy",
        "Did you mean \"user\"?")]
    [InlineData(
        "\"Limits\": { \"MaxRequestBodySize\": -1 }", "\"MaxRequestBodySize\": -2", "MaxRequestBodySize",
        "Write bytes, or -1 for any size.")]
    public async Task Route_that_names_what_is_not_there_or_says_it_twice_is_an_error(
        string section, string setting, string key, string cure)
    {
        var yarpJson = CheckedConfiguration.With("\"Policies\": {", $"{section}, \"Policies\": {{").Replace(
            Match, $"{setting}, {Match}", StringComparison.Ordinal);

        var errors = await CheckedConfiguration.ErrorsOfAsync(yarpJson);

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("ReverseProxy:Routes:orders:" + key);
        error.Cure.ShouldBe(cure);
    }

    [Theory]
    [InlineData("/backchannel-logout/shop")]
    [InlineData("backchannel-logout/{**rest}")]
    [InlineData("/BackChannel-Logout")]
    public async Task Route_where_logout_tokens_are_taken_is_an_error(string path)
    {
        var yarpJson = CheckedConfiguration.With("/orders/{**rest}", path);
        (await CheckedConfiguration.ErrorsOfAsync(yarpJson)).ShouldBeEmpty("without logout tokens it is a path like any other");

        var errors = await CheckedConfiguration.ErrorsOfAsync(yarpJson.Replace(
            "\"Keys\":", "\"BackChannelLogout\": { \"ClientIds\": [\"shop-web\"] }, \"Keys\":", StringComparison.Ordinal));

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("ReverseProxy:Routes:orders:Match:Path");
        error.Problem.ShouldBe("here the gateway takes logout tokens.");
    }

    [Theory]
    [InlineData("/security-events/shop")]
    [InlineData("/Security-Events/{**rest}")]
    public async Task Route_where_security_events_are_taken_is_an_error(string path)
    {
        var yarpJson = CheckedConfiguration.With("/orders/{**rest}", path);
        (await CheckedConfiguration.ErrorsOfAsync(yarpJson)).ShouldBeEmpty("without security events it is a path like any other");

        var errors = await CheckedConfiguration.ErrorsOfAsync(yarpJson.Replace(
            "\"Keys\":", "\"SecurityEvents\": { \"Audience\": \"https://api.example.com\" }, \"Keys\":", StringComparison.Ordinal));

        errors.ShouldHaveSingleItem().Problem.ShouldBe("here the gateway takes security events.");
    }

    [Theory]
    [InlineData("""{ "RequestHeader": "X-Auth-Subject", "Set": "root" }""", "RequestHeader")]
    [InlineData("""{ "requestHeader": "x_auth.subject", "Append": "root" }""", "RequestHeader")]
    [InlineData("""{ "RequestHeaderRouteValue": "X-Auth-Roles", "Set": "rest" }""", "RequestHeaderRouteValue")]
    [InlineData("""{ "ClientCert": "X-Auth-Client" }""", "ClientCert")]
    public async Task Transform_that_sets_an_identity_header_is_an_error(string transform, string key)
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync(Match, $"\"Transforms\": [{transform}], {Match}");

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("ReverseProxy:Routes:orders:Transforms:0:" + key);
        error.Problem.ShouldBe("only the gateway sets identity headers.");
    }

    [Fact]
    public async Task Prefix_of_forwarded_headers_that_makes_an_identity_header_is_an_error()
    {
        var yarpJson =
            CheckedConfiguration.With(Match, "\"Transforms\": [{ \"X-Forwarded\": \"Set\", \"HeaderPrefix\": \"X-User-\" }], " + Match)
            .Replace(
                "\"Policies\": {", "\"Identity\": { \"Headers\": { \"X-User-Host\": \"sub\" } }, \"Policies\": {",
                StringComparison.Ordinal);

        var errors = await CheckedConfiguration.ErrorsOfAsync(yarpJson);

        errors.ShouldHaveSingleItem().Path.ShouldBe("ReverseProxy:Routes:orders:Transforms:0:HeaderPrefix");
    }

    [Theory]
    [InlineData("\"Order\": null", Match)]
    [InlineData("\"Order\": 0", Match)]
    [InlineData("\"Order\": null", "\"Match\": { \"Path\": \"/ORDERS/{**rest}\" }")]
    [InlineData("\"Order\": null", "\"Match\": { \"Path\": \"/orders/{**all}\" }")]
    [InlineData("\"Order\": null", "\"Match\": { \"Path\": \"orders/{**rest}\" }")]
    public async Task Two_routes_with_one_match_are_an_error(string order, string match)
    {
        var errors = await ErrorsWithSecondRouteAsync(order, match);

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("ReverseProxy:Routes:second:Match");
        error.Problem.ShouldBe("route \"orders\" matches the same requests.");
    }

    [Theory]
    [InlineData("\"Order\": 1", Match)]
    [InlineData("\"Order\": null", "\"Match\": { \"Path\": \"/orders/{id}\" }")]
    [InlineData("\"Order\": null", "\"Match\": { \"Path\": \"/orders/{**rest}\", \"Methods\": [\"GET\"] }")]
    [InlineData("\"Order\": null", "\"Match\": { \"Path\": \"/orders/{**rest}\", \"Hosts\": [\"a.example\"] }")]
    public async Task Two_routes_that_differ_are_fine(string order, string match)
    {
        (await ErrorsWithSecondRouteAsync(order, match)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(
        "\"Destinations\": { \"one\": { \"Address\": \"http://localhost:1\" } }", "\"LoadBalancingPolicy\": \"Random\"", ":Destinations",
        "every request to a cluster without a destination gets 503.")]
    [InlineData("\"http://localhost:1\"", "\"localhost:1\"", ":Destinations:one:Address", "this is not an http or https URL.")]
    [InlineData("\"http://localhost:1\"", "\"ftp://localhost\"", ":Destinations:one:Address", "this is not an http or https URL.")]
    [InlineData(
        "\"http://localhost:1\"", "\"http://a\", \"Health\": \"/health\"", ":Destinations:one:Health", "this is not an http or https URL.")]
    [InlineData("\"http://localhost:1\"", "\"\"", ":Destinations:one:Address", "this is required.")]
    [InlineData(
        "\"Destinations\": {", "\"LoadBalancingPolicy\": \"Best\", \"Destinations\": {", ":LoadBalancingPolicy",
        "there is no load-balancing policy \"Best\".")]
    public async Task Cluster_that_cannot_work_is_an_error(string old, string replacement, string path, string problem)
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync(old, replacement);

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("ReverseProxy:Clusters:shop" + path);
        error.Problem.ShouldBe(problem);
    }

    [Fact]
    public async Task Findings_of_yarp_and_ours_are_reported_together_in_the_order_of_the_file()
    {
        var yarpJson = CheckedConfiguration.Good
            .Replace("[\"shop-api\"]", "[\" \"]", StringComparison.Ordinal)
            .Replace("\"read\",", "\"raed\", \"Transforms\": [{ \"Nope\": \"x\" }],", StringComparison.Ordinal)
            .Replace("{**rest}", "{**rest", StringComparison.Ordinal)
            .Replace("http://localhost:1", "localhost", StringComparison.Ordinal);

        var errors = await CheckedConfiguration.ErrorsOfAsync(yarpJson);

        errors.Select(error => error.Problem).ShouldBe(
        [
            "at least one audience is required, and none may be blank.",
            "there is no authorization policy \"raed\".",
            "there is no transform \"Nope\".",
            "\"/orders/{**rest\" is not a path template: a brace is missing.",
            "this is not an http or https URL.",
        ]);
        errors.Select(error => error.Location.Split(':')[1]).ShouldBe(["6", "18", "18", "19", "24"]);
    }

    private static Task<IReadOnlyList<ConfigurationError>> ErrorsWithSecondRouteAsync(string order, string match) =>
        CheckedConfiguration.ErrorsWithAsync(Match, $$"""
            {{Match}} },
            "second": { "ClusterId": "shop", "AuthorizationPolicy": "Anonymous", {{order}}, {{match}}
            """);
}
