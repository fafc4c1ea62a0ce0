using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.IntegrationTests.Redis;
using Gateway.Testing;
using Gateway.Testing.Drills;

namespace Gateway.IntegrationTests.Pipeline.Limits;

/// <summary>Limits that all replicas count together in a real Redis.</summary>
public sealed class SharedLimitTests
{
    private const int Replicas = 3;

    [Theory]
    [InlineData("FixedWindow")]
    [InlineData("SlidingWindow")]
    [InlineData("TokenBucket")]
    public async Task Replicas_under_load_together_let_through_the_limit(string kind)
    {
        const int permits = 300;
        await using var all =
            await StartAsync($$"""{ "Kind": "{{kind}}", "Permits": {{permits}}, "Window": "1.00:00:00", "Shared": true }""");
        using var counted = new MetricCapture(all[0], "gateway.rate_limit.shared");

        var statuses = await LoadAsync(all, requestsOfEach: 200);

        statuses.Distinct().Order().ShouldBe([HttpStatusCode.OK, HttpStatusCode.TooManyRequests]);
        // A call that takes longer than its deadline is counted by its replica, so a busy machine may let through a few more.
        statuses.Count(status => status == HttpStatusCode.OK).ShouldBeInRange(permits, permits * 105 / 100);
        all.Destination.Received.Count.ShouldBe(statuses.Count(status => status == HttpStatusCode.OK));
        counted.Measurements.ShouldContain(series => series.EndsWith("counted_by=redis", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("FixedWindow", 3600)]
    [InlineData("SlidingWindow", 3600)]
    [InlineData("TokenBucket", 1800)]
    public async Task Response_tells_what_all_replicas_have_left(string kind, int mostSeconds)
    {
        await using var all = await StartAsync($$"""{ "Kind": "{{kind}}", "Permits": 2, "Window": "01:00:00", "Shared": true }""");

        foreach (var (status, remaining) in new[] { (200, 1), (200, 0), (429, 0) })
        {
            var response = await GetAsync(all[status == 429 ? 2 : remaining]);

            response.Status.ShouldBe(status);
            response.Policy.ShouldBe("\"limit\";q=2;w=3600");
            var limit = Regex.Match(response.Limit, "^\"limit\";r=(\\d);t=(\\d+)$");
            limit.Success.ShouldBeTrue(response.Limit);
            limit.Groups[1].Value.ShouldBe($"{remaining}");
            int.Parse(limit.Groups[2].Value, CultureInfo.InvariantCulture).ShouldBeInRange(1, 3600);
            if (status == 429)
            {
                int.Parse(response.RetryAfter!, CultureInfo.InvariantCulture).ShouldBeInRange(mostSeconds - 600, mostSeconds);
            }
            else
            {
                response.RetryAfter.ShouldBeNull();
            }
        }
    }

    [Theory]
    [InlineData("FixedWindow")]
    [InlineData("SlidingWindow")]
    [InlineData("TokenBucket")]
    public async Task Permits_come_back(string kind)
    {
        await using var all = await StartAsync($$"""{ "Kind": "{{kind}}", "Permits": 1, "Window": "00:00:01", "Shared": true }""");
        for (var i = 0; i < Replicas; i++)
        {
            var gateway = all[i];
            await Eventually.TrueAsync(async () => (await GetAsync(gateway)).Status == 200, "a permit is there");
        }
    }

    [Fact]
    public async Task Partitions_are_independent_and_no_key_names_or_outlives_a_caller()
    {
        await using var all = await StartAsync(
            """{ "Permits": 1, "Window": "01:00:00", "PartitionBy": "sub", "Shared": true }""", policy: "Authenticated");
        string TokenOf(string subject) => all.Issuer.Token().With("sub", subject).Build();
        var longest = new string('m', 2000);

        foreach (var subject in new[] { "alice@example.com", "bob@example.com", longest, longest[..^1] + "n" })
        {
            (await GetAsync(all[0], TokenOf(subject))).Status.ShouldBe(200);
            (await GetAsync(all[1], TokenOf(subject))).Status.ShouldBe(429);
        }

        var keys = (await all.Redis.CommandAsync("KEYS", "gateway:limit:*")).Split('\n');
        keys.Length.ShouldBe(4);
        foreach (var key in keys)
        {
            Regex.IsMatch(key, "^gateway:limit:limit:[-_A-Za-z0-9]{22}$").ShouldBeTrue(key);
            int.Parse(await all.Redis.CommandAsync("PTTL", key), CultureInfo.InvariantCulture).ShouldBeInRange(1, 3_600_000);
        }
    }

    [Fact]
    public async Task While_redis_is_away_each_replica_counts_and_afterwards_all_together_again()
    {
        await using var all = await StartAsync("""{ "Permits": 5, "Window": "1.00:00:00", "Shared": true }""");
        for (var i = 0; i < 5; i++)
        {
            (await GetAsync(all[i % Replicas])).Status.ShouldBe(200);
        }

        (await GetAsync(all[0])).Status.ShouldBe(429);
        await all.Redis.KillAsync();
        await Eventually.TrueAsync(async () => (await GetAsync(all[0])).Status == 200, "replica 1 counts by itself");
        await Eventually.TrueAsync(async () => (await GetAsync(all[1])).Status == 200, "replica 2 counts by itself");
        using var counted = new MetricCapture(all[0], "gateway.rate_limit.shared");
        for (var i = 0; i < 20; i++)
        {
            await GetAsync(all[0]);
        }

        (await GetAsync(all[0])).Status.ShouldBe(429);
        counted.Measurements.ShouldBe(["21 counted_by=replica"]);
        Lines(all[0], "counted by this replica alone").ShouldBe(1);

        // What Redis acknowledged is still there.
        await all.Redis.RestartAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                await GetAsync(all[2]);
                return Lines(all[2], "counted in Redis again") == 1 || Lines(all[2], "counted by this replica alone") == 0;
            },
            "replica 3 counts in Redis");
        (await GetAsync(all[2])).Status.ShouldBe(429);
    }

    [Fact]
    public async Task Silent_redis_delays_a_request_by_no_more_than_its_deadline()
    {
        await using var all = await StartAsync(
            """{ "Permits": 1000, "Window": "01:00:00", "Shared": true }""",
            configure: configuration => configuration.With("Gateway:Revocation:Redis:Timeout", JsonValue.Create("00:00:01")));
        (await GetAsync(all[0])).Status.ShouldBe(200);
        await all.Redis.HangAsync();
        try
        {
            // Until the breaker has opened, each waits for one deadline; after that, one a second does.
            var start = TimeProvider.System.GetTimestamp();
            for (var i = 0; i < 30; i++)
            {
                (await GetAsync(all[0])).Status.ShouldBe(200);
            }

            // 30 deadlines would be half a minute.
            TimeProvider.System.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(15));
        }
        finally
        {
            await all.Redis.ContinueAsync();
        }
    }

    [Fact]
    public async Task Limit_can_be_shared_where_redis_is_not_the_revocation_store()
    {
        await using var all = await StartAsync(
            """{ "Permits": 1, "Window": "01:00:00", "Shared": true }""",
            configure: configuration => configuration.With("Gateway:Revocation:Store", JsonValue.Create("Memory")));

        await Eventually.TrueAsync(
            async () =>
            {
                await GetAsync(all[0]);
                return !string.IsNullOrEmpty(await all.Redis.CommandAsync("KEYS", "gateway:limit:*"));
            },
            "the first replica counts in Redis");
        await Eventually.TrueAsync(async () => (await GetAsync(all[1])).Status == 429, "the second replica has no permit");
    }

    [Fact]
    public async Task Cluster_of_redis_counts_each_partition_on_the_node_that_has_it()
    {
        await using var cluster = await RedisCluster.StartAsync("gateway:revocations");
        await using var all = await StartAsync(
            """{ "Permits": 1, "Window": "01:00:00", "PartitionBy": "sub", "Shared": true }""", policy: "Authenticated",
            configure: configuration => configuration.With("Gateway:Revocation:Redis:Connection", JsonValue.Create(cluster.Connection)));

        for (var i = 0; i < 10; i++)
        {
            var token = all.Issuer.Token().With("sub", $"caller-{i}").Build();
            (await GetAsync(all[0], token)).Status.ShouldBe(200);
            (await GetAsync(all[1], token)).Status.ShouldBe(429);
        }
    }

    [Fact]
    public async Task State_that_a_script_cannot_read_rejects_no_request()
    {
        await using var all = await StartAsync("""{ "Kind": "SlidingWindow", "Permits": 10, "Window": "01:00:00", "Shared": true }""");
        (await GetAsync(all[0])).Status.ShouldBe(200);
        var key = await all.Redis.CommandAsync("KEYS", "gateway:limit:*");

        await all.Redis.CommandAsync("SET", key, "nonsense");
        (await GetAsync(all[0])).Status.ShouldBe(200);
        await all.Redis.CommandAsync("DEL", key);
        await all.Redis.CommandAsync("LPUSH", key, "nonsense");
        (await GetAsync(all[0])).Status.ShouldBe(200);
        await all.Redis.CommandAsync("SCRIPT", "FLUSH");
        await all.Redis.CommandAsync("DEL", key);
        await Eventually.TrueAsync(
            async () =>
            {
                await GetAsync(all[0]);
                return await all.Redis.CommandAsync("EXISTS", key) == "1";
            },
            "a server that has forgotten the script gets it again");
    }

    private static async Task<RedisGateways> StartAsync(string limit, string policy = "Anonymous", Action<JsonObject>? configure = null) =>
        await RedisGateways.StartAsync(Replicas, configuration =>
        {
            // A busy machine is no outage.
            configuration.With("Gateway:Revocation:Redis:Timeout", JsonValue.Create("00:00:05"));
            configure?.Invoke(configuration);
            configuration.With("Gateway:RateLimits:limit", limit).WithRoute("limited", policy, """{ "RateLimiterPolicy": "limit" }""");
        });

    private static async Task<List<HttpStatusCode>> LoadAsync(RedisGateways all, int requestsOfEach)
    {
        const int workers = 4;
        var loads = from gateway in all.Gateways from _ in Enumerable.Range(0, workers) select WorkAsync(gateway, requestsOfEach / workers);
        return [.. (await Task.WhenAll(loads)).SelectMany(statuses => statuses)];

        static async Task<List<HttpStatusCode>> WorkAsync(TestGateway gateway, int count)
        {
            var statuses = new List<HttpStatusCode>();
            for (var i = 0; i < count; i++)
            {
                using var response = await gateway.GetAsync("/limited/x");
                statuses.Add(response.StatusCode);
            }

            return statuses;
        }
    }

    private static int Lines(TestGateway gateway, string text) =>
        gateway.Logs.Lines.Count(line => line.Contains(text, StringComparison.Ordinal));

    private static async Task<(
        int Status, string Policy, string Limit, string? RetryAfter)> GetAsync(TestGateway gateway, string? token = null)
    {
        using var response = await gateway.GetAsync("/limited/x", token);
        return ((int)response.StatusCode, response.Raw("RateLimit-Policy")!, response.Raw("RateLimit")!, response.Raw("Retry-After"));
    }
}
