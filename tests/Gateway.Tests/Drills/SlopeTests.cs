using Gateway.Testing.Drills;

namespace Gateway.Tests.Drills;

/// <summary>The verdict of the soak drill.</summary>
public sealed class SlopeTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Interval_is_that_of_least_squares()
    {
        // x = 1, 2, 3, 4 and y = 1, 3, 2, 4: slope 0.8, residuals' sum of squares 1.8, spread 5, t(2) = 4.30.
        var slope = Slope.Of([(1, 1), (2, 3), (3, 2), (4, 4)]);

        slope.PerHour.ShouldBe(0.8, 1e-9);
        slope.Lower.ShouldBe(0.8 - (4.30 * Math.Sqrt(0.9 / 5)), 1e-9);
        slope.Upper.ShouldBe(0.8 + (4.30 * Math.Sqrt(0.9 / 5)), 1e-9);
        slope.Mean.ShouldBe(2.5);
    }

    [Fact]
    public void Leak_is_found_in_noise_and_noise_alone_is_not_one()
    {
        Samples(leakPerHour: 0).Grows(perHour: 0).ShouldBeFalse();
        Samples(leakPerHour: 20).Grows(perHour: 10).ShouldBeTrue();
        Samples(leakPerHour: 20).Grows(perHour: 30).ShouldBeFalse();
        Samples(leakPerHour: -20).Grows(perHour: 0).ShouldBeFalse();
    }

    [Fact]
    public void Too_few_samples_show_nothing()
    {
        Slope.Of([]).Grows(0).ShouldBeFalse();
        Slope.Of([(0, 1), (1, 2)]).Grows(0).ShouldBeFalse();
    }

    // 25 minutes of a sawtooth, as the heap of a process has it.
    private static Slope Samples(double leakPerHour) => Slope.OfMedians(
        [.. Enumerable.Range(0, 300).Select(i => (TimeSpan.FromSeconds(5 * i), 100 + (i * 7 % 13 * 0.5) + (leakPerHour * i * 5 / 3600)))],
        Minute);
}
