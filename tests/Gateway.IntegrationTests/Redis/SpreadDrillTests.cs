using Gateway.Testing;
using Gateway.Testing.Drills;

namespace Gateway.IntegrationTests.Redis;

/// <summary>The drill of loadtests/drills/spread.sh with few revocations.</summary>
public sealed class SpreadDrillTests
{
    private static readonly TimeSpan Prompt = TimeSpan.FromMilliseconds(100);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Token_revoked_at_one_of_three_gateways_is_rejected_by_all_without_waiting_for_the_next_look(bool byEvent)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var site = await RevocationSite.StartAsync(redis.Connection, 3, TimeSpan.FromSeconds(10));

        await using var delay = new SchedulingDelay();
        var spreads = await SpreadDrill.RunAsync(site, count: 30, perSecond: 20, byEvent ? site.PushEventAsync : null);

        spreads.Count.ShouldBe(90);
        for (var gateway = 0; gateway < 3; gateway++)
        {
            // The full drill holds the slowest hundredth to 100 ms on a quiet machine; without the doorbell half of all would take half a
            // second.
            new Times(spreads.Where(spread => spread.Gateway == gateway).Select(spread => spread.SinceAsked)).Percentile(0.5)
                .ShouldBeLessThan(delay.Allow(Prompt).TotalMilliseconds);
        }
    }
}
