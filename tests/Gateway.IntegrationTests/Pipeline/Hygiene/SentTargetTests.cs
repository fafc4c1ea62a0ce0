using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Hygiene;

/// <summary>What a destination receives of a target is what the client sent, with each route setting and with transforms.</summary>
public sealed class SentTargetTests : IClassFixture<SentTargetTests.Gateways>
{
    private readonly StandardGateway _parts;

    public SentTargetTests(Gateways parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Theory]
    [InlineData("/projects/a%2Fb")]
    [InlineData("/projects/a%2fb/issues?x=%2f..")]
    [InlineData("/projects/@scope%2fname")]
    [InlineData("/projects/https%3A%2F%2Fexample.com%2Fx")]
    [InlineData("/projects/folder%2F")]
    [InlineData("/projects/caf%C3%A9%2F%41")]
    [InlineData("/one/a%2Fb")]
    [InlineData("/parts/a;v=1")]
    [InlineData("/parts/a;v=1/b;w=2,3?q=;")]
    [InlineData("/parts/a%3Bb")]
    [InlineData("/parts/;")]
    [InlineData("/both/a%2Fb;v=1/c")]
    [InlineData("/both/a;v=b%2Fc")]
    public async Task Path_that_the_route_lets_pass_arrives_byte_for_byte(string target)
    {
        var response = await SendAsync(target);

        RawHttp.StatusOf(response).ShouldBe(200, response);
        _parts.Destination.Last.Target.ShouldBe(target);
    }

    [Theory]
    [InlineData("/cut/projects/a%2Fb?q={a}", "/projects/a%2Fb?q={a}")]
    [InlineData("/cut/%41;v=1/@scope%2fname", "/%41;v=1/@scope%2fname")]
    [InlineData("/cut", "/")]
    [InlineData("/added/a%2Fb/%41", "/v1/added/a%2Fb/%41")]
    [InlineData("/pattern/a%2Fb/c", "/my/c/a%2Fb")]
    [InlineData("/pattern/a%20b/c%2fd", "/my/c%2fd/a%20b")]
    [InlineData("/rest/a%2Fb/%41/c;v=1", "/all/a%2Fb/%41/c;v=1")]
    [InlineData("/set/a%2Fb?q={a}", "/fixed?q={a}")]
    [InlineData("/query/a%2Fb?q={a}", "/query/a%2Fb?q=%7Ba%7D&more=1")]
    public async Task What_transforms_leave_of_a_target_arrives_as_it_was_sent(string target, string expected)
    {
        var response = await SendAsync(target);

        RawHttp.StatusOf(response).ShouldBe(200, response);
        _parts.Destination.Last.Target.ShouldBe(expected);
    }

    [Theory]
    [InlineData("//private///orders//", "/private/orders/")]
    [InlineData("/private//a%41//b?x=//", "/private/a%41/b?x=//")]
    [InlineData("http://localhost//private/a", "/private/a")]
    public async Task Repeated_slashes_are_merged_before_routing_where_that_is_set(string target, string expected)
    {
        var rejected = await SendAsync(target, token: false);
        var response = await SendAsync(target);

        RawHttp.StatusOf(rejected).ShouldBe(401, rejected);
        RawHttp.StatusOf(response).ShouldBe(200, response);
        _parts.Destination.Received.ShouldHaveSingleItem().Target.ShouldBe(expected);
    }

    [Theory]
    [InlineData("/projects/a;v=1")]
    [InlineData("/parts/a%2Fb")]
    [InlineData("/private/a%2Fb")]
    [InlineData("/private/a;v=1")]
    [InlineData("/projects/..%2Fa")]
    [InlineData("/projects/a%2F..")]
    [InlineData("/projects/a%2F..%2Fb")]
    [InlineData("/projects/a%2f.%2fb")]
    [InlineData("/projects/%2e%2e%2fa")]
    [InlineData("/projects/%2F..")]
    [InlineData("/projects/x/../a%2Fb")]
    [InlineData("/projects/a%5Cb")]
    [InlineData("/projects/a%00b")]
    [InlineData("/projects/a%252Fb")]
    [InlineData("/projects/a%25%32%46b")]
    [InlineData("/projects/a%c0%afb")]
    [InlineData("/parts/..;/b")]
    [InlineData("/parts/..;a=b/c")]
    [InlineData("/parts/a;../b")]
    [InlineData("/parts/a;/../b")]
    [InlineData("/parts/%2e%2e%3b/b")]
    [InlineData("/both/a;%2F..%2Fb")]
    [InlineData("/both/..;%2Fb")]
    [InlineData("/private//../public")]
    public async Task What_no_setting_opens_stays_400(string target)
    {
        var response = await SendAsync(target);

        RawHttp.StatusOf(response).ShouldBe(400, response);
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/private%2Fsecret")]
    [InlineData("/%2Fprivate/secret")]
    [InlineData("/private;a=b/secret")]
    [InlineData("/private;a=b")]
    [InlineData("/private/secret;")]
    [InlineData("/open/a%2Fguarded")]
    [InlineData("/open/a/guarded;v=1")]
    [InlineData("/open/a;%2Fguarded")]
    [InlineData("/open/a%2F%2Fguarded")]
    [InlineData("/open/a;v=1/guarded;w=2")]
    public async Task Path_that_another_policy_guards_when_it_is_read_differently_is_rejected(string target)
    {
        var response = await SendAsync(target, token: false);

        RawHttp.StatusOf(response).ShouldBe(400, response);
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Body_limit_of_a_route_that_only_another_reading_matches_is_not_taken_over()
    {
        var response = await RawHttp.SendAsync(
            _parts.Gateway.Address,
            "POST /open/a;v=1/tiny HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc");

        RawHttp.StatusOf(response).ShouldBe(200, response);
        _parts.Destination.Last.Target.ShouldBe("/open/a;v=1/tiny");
    }

    private Task<string> SendAsync(string target, bool token = true) => RawHttp.SendAsync(
        _parts.Gateway.Address,
        $"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: " +
            $"close\r\n{(token ? $"Authorization: Bearer {_parts.Issuer.Token().Build()}\r\n" : "")}\r\n");

    /// <summary>Public routes with each setting, with each kind of path transform, and a public route for all other paths.</summary>
    public sealed class Gateways : StandardGateway
    {
        private protected override void Configure(JsonObject configuration)
        {
            configuration["Gateway"]!["Limits"] = new JsonObject { ["RepeatedSlashes"] = "Merge" };
            configuration["Gateway"]!["Routes"] = JsonNode.Parse(
                """
                {
                  "projects": { "EncodedSlashes": "PassThrough" }, "one": { "EncodedSlashes": "PassThrough" }, "parts": { "PathParameters": "PassThrough" }
                }
                """);
            Add(configuration, "projects", "/projects/{**rest}", null);
            Add(configuration, "one", "/one/{name}", null);
            Add(configuration, "parts", "/parts/{**rest}", null);
            Open(configuration, "both", "/both/{**rest}", null);
            Open(configuration, "cut", "/cut/{**rest}", """[{ "PathRemovePrefix": "/cut" }]""");
            Open(configuration, "added", "/added/{**rest}", """[{ "PathPrefix": "/v1" }]""");
            Open(configuration, "pattern", "/pattern/{one}/{two}", """[{ "PathPattern": "/my/{two}/{one}" }]""");
            Open(configuration, "rest", "/rest/{**rest}", """[{ "PathPattern": "/all/{**rest}" }]""");
            Open(configuration, "set", "/set/{**rest}", """[{ "PathSet": "/fixed" }]""");
            Open(configuration, "query", "/query/{**rest}", """[{ "QueryValueParameter": "more", "Append": "1" }]""");
            Open(configuration, "open", "/open/{**rest}", null);
            Open(configuration, "all", "/{**rest}", null);
            Add(configuration, "guarded", "/open/a/guarded", null);
            configuration["ReverseProxy"]!["Routes"]!["guarded"]!["AuthorizationPolicy"] = "Authenticated";
            Add(configuration, "tiny", "/open/a/tiny", null);
            configuration["ReverseProxy"]!["Routes"]!["tiny"]!["MaxRequestBodySize"] = 1;
        }

        private static void Open(JsonObject configuration, string name, string path, string? transforms)
        {
            Add(configuration, name, path, transforms);
            configuration["Gateway"]!["Routes"]![name] =
                JsonNode.Parse("""{ "EncodedSlashes": "PassThrough", "PathParameters": "PassThrough" }""");
        }

        private static void Add(JsonObject configuration, string name, string path, string? transforms)
        {
            var route = TestGateway.Route("Anonymous", path);
            if (transforms is not null)
            {
                route["Transforms"] = JsonNode.Parse(transforms);
            }

            configuration["ReverseProxy"]!["Routes"]![name] = route;
        }
    }
}
