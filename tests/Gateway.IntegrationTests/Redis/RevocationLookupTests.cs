using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Management;
using Gateway.IntegrationTests.Pipeline.Connections;
using Gateway.Testing;
using Gateway.Testing.Drills;

namespace Gateway.IntegrationTests.Redis;

/// <summary>Keys that another program keeps in Redis count from the moment they are set to the moment they are gone.</summary>
public sealed class RevocationLookupTests
{
    [Fact]
    public async Task Token_is_revoked_while_one_of_its_keys_exists()
    {
        await using var all = await StartAsync();
        var token = all.Issuer.Token().With("jti", "one").With("sub", "alice").Build();
        await ShouldAnswerAsync(all, token, HttpStatusCode.OK);

        await all.Redis.CommandAsync("SET", "revoked:one", "1");
        await ShouldAnswerAsync(all, token, HttpStatusCode.Unauthorized);
        await all.Redis.CommandAsync("DEL", "revoked:one");
        await ShouldAnswerAsync(all, token, HttpStatusCode.OK);
        await all.Redis.CommandAsync("SET", "revoked:sub:alice", "1");
        await ShouldAnswerAsync(all, token, HttpStatusCode.Unauthorized);
        await ShouldAnswerAsync(all, all.Issuer.Token().With("sub", "bob").Build(), HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_list_counts_beside_it()
    {
        await using var all = await StartAsync();
        var token = all.Issuer.Token().With("jti", "listed").Build();
        await ShouldAnswerAsync(all, token, HttpStatusCode.OK);

        (await all[0].RevokeAsync("""{ "kind": "jti", "value": "listed" }""")).Status.ShouldBe(200);

        await RedisGateways.UntilAsync(all[0], token, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Token_without_any_value_of_the_keys_is_rejected_and_one_with_some_is_looked_up_by_those()
    {
        await using var all = await StartAsync();

        await ShouldAnswerAsync(all, all.Issuer.Token().Without("jti").Build(), HttpStatusCode.OK);
        await ShouldAnswerAsync(all, all.Issuer.Token().Without("jti").Without("sub").Build(), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Redis_that_does_not_answer_leaves_the_decision_to_the_policy_in_time()
    {
        await using var all = await StartAsync();
        var token = all.Issuer.Token().Build();
        var revoked = all.Issuer.Token().With("jti", "known").Build();
        await all.Redis.CommandAsync("SET", "revoked:known", "1");
        await ShouldAnswerAsync(all, revoked, HttpStatusCode.Unauthorized);
        await ShouldAnswerAsync(all, token, HttpStatusCode.OK);

        await all.Redis.HangAsync();
        await using var delay = new SchedulingDelay();
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < 20; i++)
        {
            var sent = TimeProvider.System.GetTimestamp();
            await ShouldAnswerAsync(all, token, HttpStatusCode.ServiceUnavailable);
            await ShouldAnswerAsync(all, token, HttpStatusCode.OK, "/lenient/orders");
            var took = TimeProvider.System.GetElapsedTime(sent);
            slowest = took > slowest ? took : slowest;
        }

        await ShouldAnswerAsync(all, revoked, HttpStatusCode.Unauthorized, "/lenient/orders");
        slowest.ShouldBeLessThan(delay.Allow(TimeSpan.FromSeconds(1)));

        await all.Redis.ContinueAsync();
        await RedisGateways.UntilAsync(all[0], token, HttpStatusCode.OK);
        await all.Redis.KillAsync();
        await RedisGateways.UntilAsync(all[0], token, HttpStatusCode.ServiceUnavailable);
        await ShouldAnswerAsync(all, token, HttpStatusCode.OK, "/lenient/orders");
    }

    [Fact]
    public async Task Answer_is_kept_for_as_long_as_configured_and_both_keys_are_asked_at_once()
    {
        await using var all = await StartAsync("00:00:01");
        using var metrics = new MetricCapture(all[0], "gateway.revocation.redis_lookups");
        var token = all.Issuer.Token().With("jti", "kept").Build();
        var start = TimeProvider.System.GetTimestamp();
        await ShouldAnswerAsync(all, token, HttpStatusCode.OK);
        var asked = await all.Redis.CommandAsync("INFO", "commandstats");
        await all.Redis.CommandAsync("SET", "revoked:kept", "1");

        await RedisGateways.UntilAsync(all[0], token, HttpStatusCode.Unauthorized);

        TimeProvider.System.GetElapsedTime(start).ShouldBeGreaterThan(TimeSpan.FromSeconds(1));
        asked.ShouldContain("cmdstat_exists:calls=2,");
        metrics.Measurements.Where(measurement =>
            !measurement.EndsWith("result=cached", StringComparison.Ordinal)).ShouldBe(["1 result=not_revoked", "1 result=revoked"]);
        metrics.Measurements.ShouldContain(measurement => measurement.EndsWith("result=cached", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Live_connection_ends_when_its_key_is_set()
    {
        await using var echo = new Gateway.Sandbox.EchoDestination(0);
        await echo.StartAsync(CancellationToken.None);
        await using var all = await StartAsync(more: configuration => configuration.WithCluster("recorder", echo.Url));
        using var socket = new System.Net.WebSockets.ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {all.Issuer.Token().With("jti", "live").Build()}");
        await socket.ConnectAsync(
            new Uri(all[0].Address.Replace("http:", "ws:", StringComparison.Ordinal) + "/private/socket"), CancellationToken.None);

        await all.Redis.CommandAsync("SET", "revoked:live", "1");

        (await LiveGateway.UntilClosedAsync(socket)).ShouldBeLessThan(LiveGateway.Soon);
    }

    [Fact]
    public async Task Key_that_a_replica_has_rejects_while_the_primary_is_away_and_nobody_connects_anew_with_each_request()
    {
        await using var all = await RedisGateways.StartAsync(0);
        await using var replica =
            await RedisServer.StartAsync(null, "--replicaof", "127.0.0.1", all.Redis.Port.ToString(CultureInfo.InvariantCulture));
        all.Configure = configuration =>
            Configure(
                configuration.With(
                    "Gateway:Revocation:Redis:Connection", JsonValue.Create($"{all.Redis.Connection},{replica.Connection}")));
        await all.AddAsync();
        var known = all.Issuer.Token().With("jti", "known").Build();
        var other = all.Issuer.Token().Build();
        await all.Redis.CommandAsync("SET", "revoked:known", "1");
        await Eventually.TrueAsync(async () => await replica.CommandAsync("EXISTS", "revoked:known") == "1", "the replica has the key");
        await ShouldAnswerAsync(all, other, HttpStatusCode.OK);

        await all.Redis.KillAsync();
        await RedisGateways.UntilAsync(all[0], other, HttpStatusCode.ServiceUnavailable);
        var (since, before) = (TimeProvider.System.GetTimestamp(), await ConnectionsAsync(replica));
        for (var i = 0; i < 200; i++)
        {
            await ShouldAnswerAsync(all, known, HttpStatusCode.Unauthorized, "/lenient/orders");
            await ShouldAnswerAsync(all, other, HttpStatusCode.OK, "/lenient/orders");
        }

        // Two sockets a connection, one connection a second, and what was under way.
        (await ConnectionsAsync(replica) - before).ShouldBeLessThan(8 + (4 * TimeProvider.System.GetElapsedTime(since).TotalSeconds));
        // What the replica answers does not make it an end of the outage.
        all[0].Logs.Lines.Count(line => line.Contains("responds again", StringComparison.Ordinal)).ShouldBe(0);
        await replica.CommandAsync("REPLICAOF", "NO", "ONE");
        await RedisGateways.UntilAsync(all[0], other, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Replica_that_is_silent_while_the_primary_is_away_is_soon_asked_no_more()
    {
        const int requests = 200;
        await using var all = await RedisGateways.StartAsync(0);
        await using var replica =
            await RedisServer.StartAsync(null, "--replicaof", "127.0.0.1", all.Redis.Port.ToString(CultureInfo.InvariantCulture));
        all.Configure = configuration =>
            Configure(
                configuration.With(
                    "Gateway:Revocation:Redis:Connection", JsonValue.Create($"{all.Redis.Connection},{replica.Connection}")));
        await all.AddAsync();
        await ShouldAnswerAsync(all, all.Issuer.Token().Build(), HttpStatusCode.OK);
        await all.Redis.KillAsync();
        await RedisGateways.UntilAsync(all[0], all.Issuer.Token().Build(), HttpStatusCode.ServiceUnavailable);
        var before = await AskedAsync(replica);

        await replica.HangAsync();
        for (var i = 0; i < requests; i++)
        {
            await ShouldAnswerAsync(all, all.Issuer.Token().Build(), HttpStatusCode.OK, "/lenient/orders");
        }

        // What was sent meanwhile it finds when it wakes up.
        await replica.ContinueAsync();
        (await AskedAsync(replica) - before).ShouldBeLessThan(requests);
    }

    [Fact]
    public async Task Replica_answers_as_long_as_neither_primary_nor_sentinels_can_be_reached()
    {
        await using var sentinels = await RedisSentinels.StartAsync();
        await using var all = await RedisGateways.StartAsync(0);
        all.Configure = configuration =>
            Configure(configuration.With("Gateway:Revocation:Redis:Connection", JsonValue.Create(sentinels.Connection)));
        await all.AddAsync();
        await sentinels.Primary.CommandAsync("SET", "revoked:sub:alice", "1");
        await Eventually.TrueAsync(
            async () => await sentinels.Replica.CommandAsync("EXISTS", "revoked:sub:alice") == "1", "the replica has the key");
        await ShouldAnswerAsync(all, Revoked(), HttpStatusCode.Unauthorized, "/lenient/orders");

        await sentinels.KillAsync(3);
        await sentinels.Primary.KillAsync();

        // Longer than the three seconds after which a connection is replaced.
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(8))
        {
            await ShouldAnswerAsync(all, Revoked(), HttpStatusCode.Unauthorized, "/lenient/orders");
        }

        await ShouldAnswerAsync(all, all.Issuer.Token().With("sub", "bob").Build(), HttpStatusCode.OK, "/lenient/orders");
        await ShouldAnswerAsync(all, all.Issuer.Token().With("sub", "bob").Build(), HttpStatusCode.ServiceUnavailable);

        // A new token each time: of a token that was looked up before, the gateway remembers that it is revoked.
        string Revoked() => all.Issuer.Token().With("jti", Guid.NewGuid().ToString()).With("sub", "alice").Build();
    }

    private static async Task<int> AskedAsync(RedisServer server)
    {
        var found =
            System.Text.RegularExpressions.Regex.Match(await server.CommandAsync("INFO", "commandstats"), "cmdstat_exists:calls=(\\d+)");
        return found.Success ? int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }

    private static async Task<double> ConnectionsAsync(RedisServer server)
    {
        const string name = "total_connections_received:";
        var stats = await server.CommandAsync("INFO", "stats");
        return double.Parse(
            stats.Split('\n').First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..], CultureInfo.InvariantCulture);
    }

    private static Task<RedisGateways> StartAsync(
        string cacheFor = "00:00:00", Action<JsonObject>? more = null) => RedisGateways.StartAsync(1, configuration =>
    {
        Configure(configuration, cacheFor);
        more?.Invoke(configuration);
    });

    private static void Configure(JsonObject configuration, string cacheFor = "00:00:00") => configuration
        .With("Gateway:Revocation:Store", JsonValue.Create("Memory"))
        .With(
            "Gateway:Revocation:Lookup",
            $$"""{ "Keys": ["revoked:{jti}", "revoked:sub:{sub}"], "CacheFor": "{{cacheFor}}", "Timeout": "00:00:00.200" }""")
        .WithPolicy("lenient", """{ "OnRevocationUnavailable": "Allow" }""");

    private static async Task ShouldAnswerAsync(RedisGateways all, string token, HttpStatusCode status, string path = "/private/orders") =>
        (await RedisGateways.StatusAsync(all[0], token, path)).ShouldBe(status);
}
