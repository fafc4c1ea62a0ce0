using Gateway.Testing;
using Gateway.Testing.Drills;

namespace Gateway.IntegrationTests.Redis;

/// <summary>The drill of loadtests/drills/store-faults.sh with short faults.</summary>
public sealed class StoreFaultDrillTests
{
    // Shorter than the deadline of a call to Redis, which requests that waited for one would be above. Promises about the slowest are
    // for a quiet machine.
    private static readonly TimeSpan NoWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan InStepWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(2.5);

    [Theory]
    [InlineData("one", 8, 2)]
    // Answers that take 200 of 250 ms are now and then too late, which is no reason to be out of step.
    [InlineData("link", 1, 10)]
    [InlineData("pair", 2, 2)]
    [InlineData("partition", 2, 2)]
    [InlineData("sentinel", 2, 2)]
    [InlineData("cluster", 1, 2)]
    public async Task No_request_waits_no_revoked_token_passes_and_nothing_acknowledged_is_lost_whatever_happens_to_redis(
        string part, int faults, int maxStaleness)
    {
        var plan = new StoreFaultPlan(PerSecond: 50, Revoked: 20, Arriving: 10, Before, TimeSpan.FromSeconds(maxStaleness));
        var results = new List<StoreFaultResult>();
        await using var delay = new SchedulingDelay();

        await StoreFaultMatrix.RunAsync(part, gateways: 2, plan, Hold, Hold, results.Add);

        results.Count.ShouldBe(faults);
        foreach (var result in results)
        {
            result.WrongAccepts.ShouldBe(0, $"{result.Name}: {result.FirstWrong}");
            result.Lost.ShouldBe(0, result.Name);
            result.Wrong.ShouldBe(0, $"{result.Name}: {result.FirstWrong}");
            result.InStep.ShouldNotBeNull(result.Name).ShouldBeLessThan(delay.Allow(InStepWithin), result.Name);
            result.Kept.ShouldBeGreaterThan(0, result.Name);
            result.During.Count.ShouldBeGreaterThan(100, result.Name);
            result.During.Percentile(0.5).ShouldBeLessThan(delay.Allow(NoWait).TotalMilliseconds, result.Name);
        }

        // A list that cannot be read is noticed, and so is a store that cannot be written to.
        results.Where(result => result.Name is "hangs" or "killed, started again").ShouldAllBe(result => result.TooOld > 0);
        results.Where(result => result.Name is "hangs" or "out of memory").ShouldAllBe(result => result.NotKept > 0);
    }
}
