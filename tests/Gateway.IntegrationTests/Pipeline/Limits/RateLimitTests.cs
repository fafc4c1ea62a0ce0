using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Limits;

/// <summary>Named limits: how many requests get through, and who shares them.</summary>
public sealed class RateLimitTests : IAsyncLifetime
{
    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync() =>
        (_issuer, _destination) = (await FakeIssuer.StartAsync(), await RecordingDestination.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await _destination.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Theory]
    [InlineData("FixedWindow")]
    [InlineData("SlidingWindow")]
    [InlineData("TokenBucket")]
    public async Task What_is_over_the_limit_is_rejected_and_told_when_to_come_again(string kind)
    {
        await using var gateway = await StartAsync($$"""{ "Kind": "{{kind}}", "Permits": 2, "Window": "01:00:00" }""");

        using var rejections = new MetricCapture(gateway, "gateway.rate_limit.refusals");
        var statuses = new[] { await StatusAsync(gateway), await StatusAsync(gateway) };
        using var rejected = await gateway.GetAsync("/limited/x");

        statuses.ShouldBe([200, 200]);
        await rejected.ShouldBeProblemAsync(429);
        int.Parse(rejected.Raw("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(1, 3600);
        _destination.Received.Count.ShouldBe(2);
        rejections.Measurements.ShouldBe(["1 route=limited"]);
        await Eventually.TrueAsync(
            () => gateway.Logs.Lines.Any(line => line.Contains("decision limit, reason too_many_requests", StringComparison.Ordinal)),
            "the rejection is logged");
        // Another route has nothing to do with it.
        using var other = await gateway.GetAsync("/public/x");
        ((int)other.StatusCode).ShouldBe(200);
    }

    [Fact]
    public async Task Tokens_come_back_evenly()
    {
        await using var gateway = await StartAsync("""{ "Kind": "TokenBucket", "Permits": 10, "Window": "00:00:10" }""");
        for (var i = 0; i < 10; i++)
        {
            await StatusAsync(gateway);
        }

        using var rejected = await gateway.GetAsync("/limited/x");
        rejected.Raw("Retry-After").ShouldBe("1");
        await Eventually.TrueAsync(async () => await StatusAsync(gateway) == 200, "a tenth of the window has passed");
    }

    [Fact]
    public async Task Requests_under_way_are_counted_and_the_next_waits_in_line()
    {
        using var release = new SemaphoreSlim(0);
        _destination.Handler = context => release.WaitAsync(context.RequestAborted);
        await using var gateway = await StartAsync("""{ "Kind": "Concurrency", "Permits": 1, "Queue": 1 }""");
        var first = StatusAsync(gateway);
        await Eventually.TrueAsync(() => _destination.Received.Count == 1, "one is under way");

        // Whichever of the two comes second is rejected.
        var (one, other) = (StatusAsync(gateway), StatusAsync(gateway));
        (await await Task.WhenAny(one, other)).ShouldBe(429);
        _destination.Received.Count.ShouldBe(1);
        release.Release(2);

        (await first).ShouldBe(200);
        (await Task.WhenAll(one, other)).Order().ShouldBe([200, 429]);
    }

    [Theory]
    [InlineData("sub", "sub")]
    [InlineData("client_id", "client_id")]
    [InlineData("org.tenant", "org")]
    public async Task Each_caller_has_permits_of_its_own(string partitionBy, string claim)
    {
        await using var gateway =
            await StartAsync($$"""{ "Permits": 1, "Window": "01:00:00", "PartitionBy": "{{partitionBy}}" }""", "Authenticated");
        string TokenOf(string who) => _issuer.Token().With(claim, claim == "org" ? new JsonObject { ["tenant"] = who } : who).Build();

        (await StatusAsync(gateway, TokenOf("a"))).ShouldBe(200);
        (await StatusAsync(gateway, TokenOf("a"))).ShouldBe(429);
        (await StatusAsync(gateway, TokenOf("b"))).ShouldBe(200);
    }

    [Fact]
    public async Task Request_without_a_good_token_costs_its_alleged_owner_nothing()
    {
        await using var gateway = await StartAsync("""{ "Permits": 1, "Window": "01:00:00", "PartitionBy": "sub" }""", "Authenticated");

        (await StatusAsync(gateway)).ShouldBe(401);
        (await StatusAsync(gateway, "a.b.c")).ShouldBe(401);
        (await StatusAsync(gateway, _issuer.Token().Build())).ShouldBe(200);
    }

    [Fact]
    public async Task Change_of_something_else_does_not_start_the_count_anew()
    {
        await using var gateway = await StartAsync("""{ "Permits": 1, "Window": "01:00:00" }""");
        (await StatusAsync(gateway)).ShouldBe(200);
        (await StatusAsync(gateway)).ShouldBe(429);

        var configuration =
            JsonNode.Parse(await File.ReadAllTextAsync(gateway.ConfigFile, TestContext.Current.CancellationToken))!.AsObject();
        await File.WriteAllTextAsync(
            gateway.ConfigFile, configuration.WithRoute("new", "Anonymous").ToJsonString(), TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(async () => (int)(await gateway.GetAsync("/new/x")).StatusCode == 200, "the change is in force");
        (await StatusAsync(gateway)).ShouldBe(429);

        await File.WriteAllTextAsync(
            gateway.ConfigFile, configuration.With("Gateway:RateLimits:limit:Permits", "2").ToJsonString(),
            TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(async () => await StatusAsync(gateway) == 200, "the new limit is in force");
    }

    private async Task<TestGateway> StartAsync(string limit, string policy = "Anonymous") => await TestGateway.StartAsync(
        TestGateway.Configuration(_issuer, _destination)
            .With("Gateway:RateLimits:limit", limit)
            .WithRoute("limited", policy, """{ "RateLimiterPolicy": "Limit" }"""));

    private static async Task<int> StatusAsync(TestGateway gateway, string? token = null)
    {
        using var response = await gateway.GetAsync("/limited/x", token);
        return (int)response.StatusCode;
    }
}
