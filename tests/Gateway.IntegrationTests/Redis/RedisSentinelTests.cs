using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Management;
using Gateway.Testing;
using Gateway.Testing.Drills;

namespace Gateway.IntegrationTests.Redis;

/// <summary>A Redis that three sentinels watch: <c>serviceName</c> in the connection string names it, no server is named.</summary>
public sealed class RedisSentinelTests
{
    [Fact]
    public async Task Primary_is_found_through_sentinels_before_and_after_a_failover()
    {
        await using var sentinels = await RedisSentinels.StartAsync();
        await using var all = await RedisGateways.StartAsync(0);
        all.Configure = configuration => configuration.With("Gateway:Revocation:Redis:Connection", JsonValue.Create(sentinels.Connection));
        var gateway = await all.AddAsync();
        var (before, after) = (all.Issuer.Token().With("jti", "before").Build(), all.Issuer.Token().With("jti", "after").Build());
        await gateway.ShouldAnswerAsync(before, 200);
        (await gateway.RevokeAsync("""{ "kind": "jti", "value": "before" }""")).Status.ShouldBe(200);
        await gateway.ShouldAnswerAsync(before, 401);

        await sentinels.Primary.KillAsync();
        await sentinels.UntilPrimaryIsAsync(sentinels.Replica);

        var attempts = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                attempts++;
                return (await gateway.RevokeAsync("""{ "kind": "jti", "value": "after" }""")).Status == 200;
            },
            "the new primary takes it");
        await gateway.ShouldAnswerAsync(after, 401);
        await gateway.ShouldAnswerAsync(before, 401);
        await RedisGateways.UntilAsync(gateway, all.Issuer.Token().Build(), HttpStatusCode.OK);
        // An attempt that was not acknowledged may have been written.
        int.Parse(await sentinels.Replica.CommandAsync("XLEN", "gateway:revocations"), CultureInfo.InvariantCulture)
            .ShouldBeInRange(2, 1 + attempts);
    }

    [Fact]
    public async Task New_primary_is_used_while_the_old_one_still_reports_that_it_is_the_primary()
    {
        await using var sentinels = await RedisSentinels.StartAsync();
        await using var all = await StartAsync(sentinels);
        await sentinels.KeepPrimaryAsync();

        await sentinels.FailOverAsync();
        await sentinels.UntilPrimaryIsAsync(sentinels.Replica);

        var token = all.Issuer.Token().With("jti", "stolen").Build();
        await Eventually.TrueAsync(
            async () => (await all[0].RevokeAsync("""{ "kind": "jti", "value": "stolen" }""")).Status == 200, "the new primary takes it");
        await RedisGateways.UntilAsync(all[0], token, HttpStatusCode.Unauthorized);
        await RedisGateways.UntilAsync(all[0], all.Issuer.Token().Build(), HttpStatusCode.OK);
        (await sentinels.Replica.CommandAsync("XRANGE", "gateway:revocations", "-", "+")).ShouldContain("stolen");
        (await sentinels.Primary.CommandAsync("ROLE")).ShouldStartWith("master");
    }

    [Fact]
    public async Task Name_that_the_sentinels_do_not_know_is_no_connection_and_stops_nothing()
    {
        await using var sentinels = await RedisSentinels.StartAsync();
        await using var all = await RedisGateways.StartAsync(0);
        all.Configure = configuration => configuration.With(
            "Gateway:Revocation:Redis:Connection",
            JsonValue.Create(sentinels.Connection.Replace(RedisSentinels.ServiceName, "other", StringComparison.Ordinal)));

        var gateway = await all.AddAsync(waitUntilReady: false);

        await Eventually.TrueAsync(
            () => gateway.Logs.Lines.Any(line => line.Contains("no connection to Redis", StringComparison.Ordinal)), "it is logged");
        (await RedisGateways.StatusAsync(gateway, all.Issuer.Token().Build())).ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task Old_primary_that_sentinels_have_replaced_and_cannot_reach_does_not_keep_the_list_fresh()
    {
        await using var sentinels = await RedisSentinels.StartAsync();
        await using var successor = await RedisServer.StartAsync();
        await using var all = await StartAsync(sentinels);
        var token = all.Issuer.Token().With("jti", "stolen").Build();
        await RedisGateways.UntilAsync(all[0], token, HttpStatusCode.OK);

        await sentinels.NameAsync(successor);
        await successor.CommandAsync(
            "XADD", "gateway:revocations", "*", "kind", "jti", "issuer", all.Issuer.Issuer, "value", "stolen", "expires", "99999999999");

        await RedisGateways.UntilAsync(all[0], token, HttpStatusCode.Unauthorized);
        await RedisGateways.UntilAsync(all[0], all.Issuer.Token().Build(), HttpStatusCode.OK);
        (await sentinels.Primary.CommandAsync("ROLE")).ShouldStartWith("master");
    }

    [Fact]
    public async Task Old_primary_that_is_cut_off_from_the_sentinels_alone_is_left_for_its_successor()
    {
        await using var sentinels = await RedisSentinels.StartAsync();
        await sentinels.AddUserAsync("gateway", "password");
        await using var all = await StartAsync(sentinels, ",user=gateway,password=password");
        var token = all.Issuer.Token().With("jti", "stolen").Build();
        await RedisGateways.UntilAsync(all[0], token, HttpStatusCode.OK);

        await sentinels.CutPrimaryOffAsync("gateway", "password");
        await sentinels.UntilPrimaryIsAsync(sentinels.Replica);
        await sentinels.Replica.CommandAsync(
            "XADD", "gateway:revocations", "*", "kind", "jti", "issuer", all.Issuer.Issuer, "value", "stolen", "expires", "99999999999");

        await RedisGateways.UntilAsync(all[0], token, HttpStatusCode.Unauthorized);
        await RedisGateways.UntilAsync(all[0], all.Issuer.Token().Build(), HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(2, 0, false)]
    [InlineData(1, 1, false)]
    [InlineData(0, 3, true)]
    public async Task Primary_counts_unless_half_of_the_sentinels_that_answer_name_another(int others, int killed, bool counts)
    {
        await using var sentinels = await RedisSentinels.StartAsync();
        await using var successor = await RedisServer.StartAsync();
        await using var all = await StartAsync(sentinels);
        await RedisGateways.UntilAsync(all[0], all.Issuer.Token().Build(), HttpStatusCode.OK);

        await sentinels.KillAsync(killed);
        // It takes connections and never answers, so that nothing makes the list fresh again.
        await successor.HangAsync();
        await sentinels.NameAsync(successor, others);

        if (!counts)
        {
            await RedisGateways.UntilAsync(all[0], all.Issuer.Token().Build(), HttpStatusCode.ServiceUnavailable);
            return;
        }

        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(6))
        {
            (await RedisGateways.StatusAsync(all[0], all.Issuer.Token().Build())).ShouldBe(HttpStatusCode.OK);
        }
    }

    private static async Task<RedisGateways> StartAsync(RedisSentinels sentinels, string more = "")
    {
        var all = await RedisGateways.StartAsync(0);
        all.Configure = configuration =>
            configuration.With("Gateway:Revocation:Redis:Connection", JsonValue.Create(sentinels.Connection + more));
        await all.AddAsync();
        return all;
    }
}
