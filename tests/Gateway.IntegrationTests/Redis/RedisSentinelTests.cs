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

        await Eventually.TrueAsync(async () => (await gateway.RevokeAsync("""{ "kind": "jti", "value": "after" }""")).Status == 200, "the new primary takes it");
        await gateway.ShouldAnswerAsync(after, 401);
        await gateway.ShouldAnswerAsync(before, 401);
        await RedisGateways.UntilAsync(gateway, all.Issuer.Token().Build(), HttpStatusCode.OK);
        (await sentinels.Replica.CommandAsync("XLEN", "gateway:revocations")).ShouldBe("2");
    }

    [Fact]
    public async Task Name_that_the_sentinels_do_not_know_is_no_connection_and_stops_nothing()
    {
        await using var sentinels = await RedisSentinels.StartAsync();
        await using var all = await RedisGateways.StartAsync(0);
        all.Configure = configuration => configuration.With(
            "Gateway:Revocation:Redis:Connection", JsonValue.Create(sentinels.Connection.Replace(RedisSentinels.ServiceName, "other", StringComparison.Ordinal)));

        var gateway = await all.AddAsync(waitUntilReady: false);

        await Eventually.TrueAsync(() => gateway.Logs.Lines.Any(line => line.Contains("no connection to Redis", StringComparison.Ordinal)), "it is logged");
        (await RedisGateways.StatusAsync(gateway, all.Issuer.Token().Build())).ShouldBe(HttpStatusCode.ServiceUnavailable);
    }
}
