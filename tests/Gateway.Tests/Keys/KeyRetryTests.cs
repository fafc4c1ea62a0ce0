using Gateway.Keys;

namespace Gateway.Tests.Keys;

/// <summary>How patiently a source that fails is asked again depends on what it costs and whom.</summary>
public sealed class KeyRetryTests
{
    [Fact]
    public async Task Member_of_a_family_that_may_be_made_up_is_asked_for_five_times_in_half_a_minute()
    {
        using var bench = new KeyBench { Keys = new IssuerKeys("shop:nowhere", new ScriptedSource(TimeProvider.System)) { Family = "shop" } };
        using var follower = await bench.FollowAsync();

        foreach (var step in new[] { 1, 2, 4, 8, 16 })
        {
            (await bench.Clock.FireNextAsync()).TotalSeconds.ShouldBeInRange(step * 0.9, step);
        }
    }

    [Fact]
    public async Task File_that_was_broken_for_long_is_still_read_every_five_seconds()
    {
        using var bench = new KeyBench { Keys = new IssuerKeys("shop", new JwksFileSource("no-such-file")) };
        using var follower = await bench.FollowAsync();

        for (var i = 0; i < 60; i++)
        {
            (await bench.Clock.FireNextAsync()).ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(5));
        }
    }
}
