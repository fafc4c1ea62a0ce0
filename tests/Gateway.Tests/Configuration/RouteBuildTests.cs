namespace Gateway.Tests.Configuration;

/// <summary>
/// Routes that YARP or the router could not build, and values that would fail when a request comes: each is one error with its place and
/// cure.
/// </summary>
public sealed class RouteBuildTests
{
    private const string Path = "\"/orders/{**rest}\"";
    private const string Match = "\"Match\": { \"Path\": \"/orders/{**rest}\" }";

    [Theory]
    [InlineData("/t/{id:giud}", "the parameter \"id\" has the constraint \"giud\", which does not exist.", "Did you mean \"guid\"?")]
    [InlineData(
        "/t/{id:nonsense}", "the parameter \"id\" has the constraint \"nonsense\", which does not exist.", "Known names: alpha, bool")]
    [InlineData(
        "/t/{id:range(5)}", "the constraint \"range(5)\" of the parameter \"id\" cannot be used.",
        "Correct what stands in its parentheses")]
    [InlineData(
        "/t/{id:min(x)}", "the constraint \"min(x)\" of the parameter \"id\" cannot be used.", "Correct what stands in its parentheses")]
    [InlineData(
        "/t/{id:regex([a-)}", "the constraint \"regex([a-)\" of the parameter \"id\" cannot be used.", "Correct the regular expression")]
    [InlineData(
        "/t/{id:regex((?=a)b)}",
        "the constraint \"regex((?=a)b)\" of the parameter \"id\" cannot be used: the regular expression \"(?=a)b\" has a look-ahead, a " +
            "look-behind, a back-reference, an atomic group or a condition.",
        "Write it without")]
    [InlineData(
        "/t/{id:int:REGEX((a)\\\\1)}",
        "the constraint \"REGEX((a)\\1)\" of the parameter \"id\" cannot be used: the regular expression \"(a)\\1\" has a look-ahead, a " +
            "look-behind, a back-reference, an atomic group or a condition.",
        "Write it without")]
    [InlineData("/t/{id:regex}", "the constraint \"regex\" of the parameter \"id\" cannot be used.", "Correct the regular expression")]
    [InlineData(
        "/t{**r}", "\"/t{**r}\" is not a path template: a catch-all must be the whole last segment.",
        "Write a slash before it, such as \"/t/{**rest}\".")]
    [InlineData("/{**r}/x", "\"/{**r}/x\" is not a path template: a catch-all must be the whole last segment.", "Write a slash before it")]
    [InlineData("/t/{id", "\"/t/{id\" is not a path template: a brace is missing.", "Write each parameter as {name}.")]
    [InlineData("/t//x", "\"/t//x\" is not a path template: it has two slashes in a row.", "Write one.")]
    [InlineData("/{a}/{A}", "\"/{a}/{A}\" is not a path template: the parameter \"a\" occurs twice.", "Rename one of them.")]
    [InlineData("/{a}{b}", "\"/{a}{b}\" is not a path template: two parameters have nothing between them.", "Put a character")]
    [InlineData(
        "/t?x=1", "\"/t?x=1\" is not a path template: a question mark is for an optional parameter at the end, such as {name?}.",
        "Match the query with QueryParameters.")]
    public async Task Path_that_cannot_be_routed_is_an_error(string path, string problem, string cure)
    {
        var error = (await CheckedConfiguration.ErrorsWithAsync(Path, $"\"{path}\"")).ShouldHaveSingleItem();

        error.Path.ShouldBe("ReverseProxy:Routes:orders:Match:Path");
        error.Location.ShouldStartWith("yarp.json:19:");
        error.Problem.ShouldBe(problem);
        error.Cure.ShouldStartWith(cure);
    }

    [Theory]
    [InlineData("\"Match\": { \"Methods\": [\"GET\"] }", ":Match", "a route needs a Path or Hosts.")]
    [InlineData(
        "\"Match\": { \"Path\": \"/x\", \"Methods\": [\"GTE\"] }", ":Match:Methods:0", "\"GTE\" is not a method that can be routed.")]
    [InlineData("\"Match\": { \"Path\": \"/x\", \"Methods\": [\"GET\", \"get\"] }", ":Match:Methods:1", "this method is listed twice.")]
    [InlineData("\"Match\": { \"Hosts\": [\"[::1]\"] }", ":Match:Hosts:0", "this is not a host name.")]
    [InlineData("\"Match\": { \"Hosts\": [\"a.example:http\"] }", ":Match:Hosts:0", "this is not a host name.")]
    [InlineData(
        "\"Match\": { \"Hosts\": [\"xn--bcher-kva.example\"] }", ":Match:Hosts:0",
        "the router compares names in Unicode, so this one never matches.")]
    [InlineData("\"Match\": { \"Path\": \"/x\", \"Headers\": [{ \"Values\": [\"a\"] }] }", ":Match:Headers:0:Name", "this is required.")]
    [InlineData(
        "\"Match\": { \"Path\": \"/x\", \"Headers\": [{ \"Name\": \"a\" }] }", ":Match:Headers:0:Values",
        "this mode compares values, and there are none.")]
    [InlineData(
        "\"Match\": { \"Path\": \"/x\", \"QueryParameters\": [{ \"Name\": \"a\", \"Mode\": \"Exists\", \"Values\": [\"x\"] }] }",
        ":Match:QueryParameters:0:Values", "the mode Exists compares no values.")]
    [InlineData(
        "\"Transforms\": [{ \"PathRemovePrefx\": \"/x\" }], " + Match, ":Transforms:0", "there is no transform \"PathRemovePrefx\".")]
    [InlineData("\"Transforms\": [{ \"RequestHeader\": \"a\" }], " + Match, ":Transforms:0", "RequestHeader needs either Set or Append.")]
    [InlineData(
        "\"Transforms\": [{ \"RequestHeader\": \"a\", \"Sett\": \"b\", \"Set\": \"c\" }], " + Match, ":Transforms:0:Sett",
        "the transform RequestHeader has no member \"Sett\".")]
    [InlineData(
        "\"Transforms\": [{ \"ResponseHeader\": \"a b\", \"Set\": \"c\" }], " + Match, ":Transforms:0:ResponseHeader",
        "this is not a header's name.")]
    [InlineData(
        "\"Transforms\": [{ \"ResponseHeader\": \"a\", \"Set\": \"c\\nd\" }], " + Match, ":Transforms:0:Set",
        "this cannot be sent in a header.")]
    [InlineData(
        "\"Transforms\": [{ \"ResponseHeader\": \"a\", \"Set\": \"c\", \"When\": \"Never\" }], " + Match, ":Transforms:0:When",
        "this must be one of Always, Success, Failure.")]
    [InlineData(
        "\"Transforms\": [{ \"X-Forwarded\": \"set\" }], " + Match, ":Transforms:0:X-Forwarded",
        "this must be one of Off, Set, Append, Remove.")]
    [InlineData(
        "\"Transforms\": [{ \"Forwarded\": \"for,frm\" }], " + Match, ":Transforms:0:Forwarded", "this names no part of the header.")]
    [InlineData(
        "\"Transforms\": [{ \"HttpMethodChange\": \"PUT\", \"Set\": \"P U T\" }], " + Match, ":Transforms:0:Set", "this is not a method.")]
    [InlineData(
        "\"Transforms\": [{ \"RequestHeadersCopy\": \"yes\" }], " + Match, ":Transforms:0:RequestHeadersCopy",
        "this must be one of true, false.")]
    [InlineData(
        "\"Transforms\": [{ \"PathPattern\": \"/x/{rest:giud}\" }], " + Match, ":Transforms:0:PathPattern",
        "the parameter \"rest\" has the constraint \"giud\", which does not exist.")]
    [InlineData(
        "\"Transforms\": [{ \"PathPattern\": \"/x/{**rest:giud}\" }], " + Match, ":Transforms:0:PathPattern",
        "the parameter \"rest\" has the constraint \"giud\", which does not exist.")]
    [InlineData(
        "\"Transforms\": [{ \"pathpattern\": \"/x/{rest:range(x)}\" }], " + Match, ":Transforms:0:pathpattern",
        "the constraint \"range(x)\" of the parameter \"rest\" cannot be used.")]
    [InlineData(
        "\"Transforms\": [{ \"PathPattern\": \"/x/{rest:int:min(x)}\" }], " + Match, ":Transforms:0:PathPattern",
        "the constraint \"min(x)\" of the parameter \"rest\" cannot be used.")]
    [InlineData(
        "\"Transforms\": [{ \"PathPattern\": \"/{**rest}/x\" }], " + Match, ":Transforms:0:PathPattern",
        "\"/{**rest}/x\" is not a path template: a catch-all must be the whole last segment.")]
    [InlineData(
        "\"Transforms\": [{ \"PathPattern\": \"/x/{a\" }], " + Match, ":Transforms:0:PathPattern",
        "\"/x/{a\" is not a path template: a brace is missing.")]
    public async Task Route_that_cannot_be_built_is_an_error(string replacement, string path, string problem)
    {
        var error = (await CheckedConfiguration.ErrorsWithAsync(Match, replacement)).ShouldHaveSingleItem();

        error.Path.ShouldBe("ReverseProxy:Routes:orders" + path);
        error.Problem.ShouldBe(problem);
    }

    [Theory]
    [InlineData("\"LoadBalancingPolicy\": \"RoundRobbin\"", "LoadBalancingPolicy", "Did you mean \"RoundRobin\"?")]
    [InlineData(
        "\"SessionAffinity\": { \"Enabled\": true, \"AffinityKeyName\": \"a\", \"Policy\": \"HashCooky\" }", "SessionAffinity:Policy",
        "Did you mean \"HashCookie\"?")]
    [InlineData(
        "\"SessionAffinity\": { \"Enabled\": true, \"AffinityKeyName\": \"a\", \"FailurePolicy\": \"Return503\" }",
        "SessionAffinity:FailurePolicy", "Known names")]
    [InlineData("\"SessionAffinity\": { \"Enabled\": true }", "SessionAffinity:AffinityKeyName", "Use letters")]
    [InlineData(
        "\"SessionAffinity\": { \"Enabled\": true, \"AffinityKeyName\": \"a b\" }", "SessionAffinity:AffinityKeyName", "Use letters")]
    [InlineData(
        "\"HealthCheck\": { \"Active\": { \"Policy\": \"ConsecutiveFailure\" } }", "HealthCheck:Active:Policy",
        "Did you mean \"ConsecutiveFailures\"?")]
    [InlineData(
        "\"HealthCheck\": { \"Active\": { \"Interval\": \"00:00:00\" } }", "HealthCheck:Active:Interval", "Choose more than 00:00:00")]
    [InlineData("\"HealthCheck\": { \"Active\": { \"Path\": \"health\" } }", "HealthCheck:Active:Path", "Write \"/health\".")]
    [InlineData("\"HealthCheck\": { \"Active\": { \"Query\": \"a=b\" } }", "HealthCheck:Active:Query", "Write \"?a=b\".")]
    [InlineData("\"HealthCheck\": { \"Passive\": { \"Policy\": \"x\" } }", "HealthCheck:Passive:Policy", "Known names")]
    [InlineData("\"HealthCheck\": { \"AvailableDestinationsPolicy\": \"x\" }", "HealthCheck:AvailableDestinationsPolicy", "Known names")]
    [InlineData("\"HttpRequest\": { \"Version\": \"4\" }", "HttpRequest:Version", "Write \"1.1\"")]
    [InlineData("\"HttpRequest\": { \"ActivityTimeout\": \"-00:00:01\" }", "HttpRequest:ActivityTimeout", "Choose more than 00:00:00")]
    [InlineData("\"HttpClient\": { \"RequestHeaderEncoding\": \"utf8x\" }", "HttpClient:RequestHeaderEncoding", "Write utf-8")]
    [InlineData("\"HttpClient\": { \"MaxConnectionsPerServer\": 0 }", "HttpClient:MaxConnectionsPerServer", "Choose 1 or more")]
    [InlineData(
        "\"HttpClient\": { \"WebProxy\": { \"Address\": \"ftp://proxy\" } }", "HttpClient:WebProxy:Address", "Write http://host:port.")]
    public async Task Cluster_that_cannot_be_built_is_an_error(string setting, string path, string cure)
    {
        var error =
            (await CheckedConfiguration.ErrorsWithAsync("\"Destinations\": {", $"{setting}, \"Destinations\": {{")).ShouldHaveSingleItem();

        error.Path.ShouldBe("ReverseProxy:Clusters:shop:" + path);
        error.Cure.ShouldStartWith(cure);
    }

    [Fact]
    public async Task Errors_of_all_kinds_are_reported_at_once()
    {
        var yarpJson = CheckedConfiguration.Good
            .Replace("{\n  \"Gateway\"", "{\n  \"AllowedHosts\": \"*\",\n  \"Gateway\"", StringComparison.Ordinal)
            .Replace(
                "\"Keys\": { \"Discovery\": true }", "\"ClockSkew\": 30, \"Keys\": { \"JwksFile\": \"none.json\" }",
                StringComparison.Ordinal)
            .Replace("\"read\",", "\"raed\",", StringComparison.Ordinal)
            .Replace("\"ClusterId\"", "\"ClusterIdd\"", StringComparison.Ordinal)
            .Replace("{**rest}", "{id:giud}", StringComparison.Ordinal)
            .Replace("http://localhost:1", "localhost", StringComparison.Ordinal);

        var errors = await CheckedConfiguration.ErrorsOfAsync(yarpJson);

        errors.Select(error => error.Path).ShouldBe(
        [
            "AllowedHosts", "Gateway:Issuers:shop:ClockSkew", "Gateway:Issuers:shop:Keys:JwksFile", "ReverseProxy:Routes:orders:ClusterIdd",
            "ReverseProxy:Routes:orders:AuthorizationPolicy", "ReverseProxy:Routes:orders:Match:Path",
            "ReverseProxy:Clusters:shop:Destinations:one:Address",
        ]);
        errors.ShouldAllBe(error => error.Location.StartsWith("yarp.json:"));
    }

    [Theory]
    [InlineData("6bytes")]
    [InlineData("twenty-bytes-secret!")]
    [InlineData("\ufeffssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss")]
    public async Task Secret_that_cannot_verify_a_token_is_an_error(string secret)
    {
        var yarpJson = CheckedConfiguration.With(
            "\"Keys\": { \"Discovery\": true }", "\"Keys\": { \"SecretFile\": \"secret\" }, \"Algorithms\": [\"HS256\"]");

        var error = (
            await CheckedConfiguration.ErrorsOfAsync(
                yarpJson, files: new Dictionary<string, string> { ["secret"] = secret })).ShouldHaveSingleItem();

        error.Path.ShouldBe("Gateway:Issuers:shop:Keys:SecretFile");
        error.ToString().ShouldNotContain(secret);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{ \"keys\": [] }")]
    [InlineData("{ \"keys\": [{ \"kty\": \"oct\", \"k\": \"AAAA\" }] }")]
    [InlineData("no JSON")]
    public async Task Key_set_without_a_usable_key_is_an_error(string jwks)
    {
        var yarpJson = CheckedConfiguration.With("\"Keys\": { \"Discovery\": true }", "\"Keys\": { \"JwksFile\": \"jwks.json\" }");

        var error = (
            await CheckedConfiguration.ErrorsOfAsync(
                yarpJson, files: new Dictionary<string, string> { ["jwks.json"] = jwks })).ShouldHaveSingleItem();

        error.Path.ShouldBe("Gateway:Issuers:shop:Keys:JwksFile");
        error.Problem.ShouldStartWith("this file cannot be used: ");
    }

    [Theory]
    [InlineData("(?=a)b", "has a look-ahead")]
    [InlineData("(a)\\\\1", "has a look-ahead")]
    [InlineData("a[", "has a mistake near character 2.")]
    public async Task Pattern_that_cannot_be_used_is_named_with_the_place_in_it(string pattern, string problem)
    {
        var error = (
            await CheckedConfiguration.ErrorsWithAsync(
                "{ \"Scopes\": { \"All\": [\"orders:read\"] } }",
                $"{{ \"Claims\": [{{ \"Path\": \"a\", \"Matches\": \"{pattern}\" }}] }}")).ShouldHaveSingleItem();

        error.Problem.ShouldContain(problem);
        error.Problem.ShouldNotContain("NonBacktracking");
    }

    [Fact]
    public async Task Invalid_time_on_the_command_line_is_reported_with_its_option()
    {
        var run = await ProgramRun.RunAsync([], "revoke", "sub", "alice", "--before", "noon");
        var form = await ProgramRun.RunAsync([], "check", "yarp.json", "--output", "xml");

        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain("--before: \"noon\" is not a time. Write it in ISO 8601");
        run.Errors.ShouldNotContain("System.");
        form.Errors.ShouldContain("--output: \"xml\" is none of text, json, sarif.");
        form.Errors.ShouldNotContain("Gateway.Commands");
    }
}
