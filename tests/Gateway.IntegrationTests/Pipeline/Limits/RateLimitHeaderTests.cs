using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Limits;

/// <summary><c>RateLimit-Policy</c> and <c>RateLimit</c> on routes with a limit, and on no others.</summary>
public sealed class RateLimitHeaderTests : IAsyncLifetime
{
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync() => _destination = await RecordingDestination.StartAsync();

    public ValueTask DisposeAsync() => _destination.DisposeAsync();

    [Theory]
    [InlineData(
        """{ "Permits": 2, "Window": "00:01:00" }""", "\"limit\";q=2;w=60", "^\"limit\";r=1;t=(60|5\\d)$", "^\"limit\";r=0;t=(60|5\\d)$")]
    [InlineData(
        """{ "Kind": "SlidingWindow", "Permits": 2, "Window": "00:01:00" }""", "\"limit\";q=2;w=60", "^\"limit\";r=1;t=60$",
        "^\"limit\";r=0;t=60$")]
    [InlineData(
        """{ "Kind": "TokenBucket", "Permits": 2, "Window": "00:01:00" }""", "\"limit\";q=2;w=60", "^\"limit\";r=1;t=30$",
        "^\"limit\";r=0;t=60$")]
    [InlineData(
        """{ "Permits": 2, "Window": "00:01:00.500" }""", "\"limit\";q=2;w=61", "^\"limit\";r=1;t=(6[01]|5\\d)$",
        "^\"limit\";r=0;t=(6[01]|5\\d)$")]
    public async Task Responses_tell_what_is_left_and_a_rejected_one_when_to_come_again(
        string limit, string policy, string first, string last)
    {
        await using var gateway = await StartAsync(limit);

        foreach (var (status, expected) in new[] { (200, first), (200, last), (429, last) })
        {
            using var response = await gateway.GetAsync("/limited/x");
            ((int)response.StatusCode).ShouldBe(status);
            response.Raw("RateLimit-Policy").ShouldBe(policy);
            Regex.IsMatch(response.Raw("RateLimit")!, expected).ShouldBeTrue(response.Raw("RateLimit"));
            (response.Raw("Retry-After") is not null).ShouldBe(status == 429);
        }
    }

    [Fact]
    public async Task Requests_under_way_have_no_time()
    {
        await using var gateway = await StartAsync("""{ "Kind": "Concurrency", "Permits": 3 }""");

        using var response = await gateway.GetAsync("/limited/x");

        response.Raw("RateLimit-Policy").ShouldBe("\"limit\";q=3;qu=\"concurrent-requests\"");
        response.Raw("RateLimit").ShouldBe("\"limit\";r=2");
    }

    [Fact]
    public async Task Destination_cannot_contradict_them_and_keeps_its_own_elsewhere()
    {
        _destination.Handler = context =>
        {
            context.Response.Headers["RateLimit"] = "\"mine\";r=999;t=1";
            context.Response.Headers["RateLimit-Policy"] = "\"mine\";q=999;w=1";
            return Task.CompletedTask;
        };
        await using var gateway = await StartAsync("""{ "Permits": 5, "Window": "01:00:00" }""");

        using var limited = await gateway.GetAsync("/limited/x");
        using var free = await gateway.GetAsync("/public/x");

        limited.Raw("RateLimit-Policy").ShouldBe("\"limit\";q=5;w=3600");
        limited.Raw("RateLimit")!.ShouldStartWith("\"limit\";r=4;");
        free.Raw("RateLimit").ShouldBe("\"mine\";r=999;t=1");
        free.Raw("RateLimit-Policy").ShouldBe("\"mine\";q=999;w=1");
    }

    [Fact]
    public async Task They_stand_on_failures_behind_the_limit_and_not_on_routes_without_one()
    {
        await using var gateway = await StartAsync("""{ "Permits": 5, "Window": "01:00:00" }""");
        using var free = await gateway.GetAsync("/public/x");
        _destination.Handler = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };

        using var failed = await gateway.GetAsync("/limited/x");

        ((int)failed.StatusCode).ShouldBe(502);
        failed.Raw("RateLimit")!.ShouldStartWith("\"limit\";r=4;");
        free.Raw("RateLimit").ShouldBeNull();
        free.Raw("RateLimit-Policy").ShouldBeNull();
    }

    [Fact]
    public async Task Any_name_of_a_limit_is_a_string_of_structured_fields()
    {
        await using var gateway = await TestGateway.StartAsync(Configuration("""{ "Permits": 5, "Window": "00:00:01" }""", "say \"ä\\"));

        using var response = await gateway.GetAsync("/limited/x");

        response.Raw("RateLimit-Policy").ShouldBe("\"say \\\"%C3%A4\\\\\";q=5;w=1");
    }

    private Task<TestGateway> StartAsync(string limit) => TestGateway.StartAsync(Configuration(limit, "limit"));

    private JsonObject Configuration(string limit, string name)
    {
        var configuration = TestGateway.Configuration(_destination).WithRoute(
            "limited", "Anonymous", new JsonObject { ["RateLimiterPolicy"] = name }.ToJsonString());
        ((JsonObject)configuration["ReverseProxy"]!["Routes"]!).Remove("private");
        configuration["Gateway"]!["RateLimits"] = new JsonObject { [name] = JsonNode.Parse(limit) };
        return configuration;
    }
}
