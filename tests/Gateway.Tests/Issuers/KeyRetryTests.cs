using Gateway.Issuers;

namespace Gateway.Tests.Issuers;

/// <summary>How patiently a source that fails is asked again depends on what it costs and whom.</summary>
public sealed class KeyRetryTests
{
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
