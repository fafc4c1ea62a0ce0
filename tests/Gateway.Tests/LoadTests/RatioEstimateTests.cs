using Gateway.Benchmarks.Measure.Statistics;

namespace Gateway.Tests.LoadTests;

/// <summary>What a measurement concludes from its turns.</summary>
public sealed class RatioEstimateTests
{
    private const int Rounds = 30;

    [Theory]
    [InlineData(new[] { 3.0, 1, 2 }, 2)]
    [InlineData(new[] { 4.0, 1, 3, 2 }, 2.5)]
    [InlineData(new[] { 7.0 }, 7)]
    public void Median_is_the_middle_or_the_mean_of_both(double[] values, double expected) =>
        RatioEstimate.MedianOf(values).ShouldBe(expected);

    [Fact]
    public void Equal_ratios_have_an_interval_without_width()
    {
        var estimate = RatioEstimate.Of([2, 4, 6], [1, 2, 3], 1);

        estimate.ShouldBe(new RatioEstimate(2, 2, 2, 3));
    }

    [Fact]
    public void Ratio_is_taken_within_a_round_so_that_a_slow_round_does_not_count()
    {
        // The machine is four times slower in two of five rounds.
        var estimate = RatioEstimate.Of([11, 11, 44, 44, 11], [10, 10, 40, 40, 10], 1);

        estimate.Median.ShouldBe(1.1, 1e-9);
        estimate.High.ShouldBe(1.1, 1e-9);
    }

    [Fact]
    public void Same_seed_gives_the_same_interval()
    {
        var (slowed, reference) = (Turns(new Random(1), 1.02), Turns(new Random(2), 1));

        RatioEstimate.Of(slowed, reference, 3).ShouldBe(RatioEstimate.Of(slowed, reference, 3));
    }

    [Fact]
    public void Rounds_without_a_partner_are_an_error()
    {
        Should.Throw<ArgumentException>(() => RatioEstimate.Of([1, 2], [1], 1)).Message.ShouldContain("2 and 1");
        Should.Throw<ArgumentException>(() => RatioEstimate.Of([], [], 1));
    }

    [Fact]
    public void Slow_down_of_three_percent_is_found_in_ten_of_ten_runs()
    {
        Runs(10, 1.03).ShouldAllBe(run => run.IsDifference && run.Median > 1);
    }

    [Fact]
    public void Speed_up_of_three_percent_is_found_in_ten_of_ten_runs()
    {
        Runs(10, 1 / 1.03).ShouldAllBe(run => run.IsDifference && run.Median < 1);
    }

    [Fact]
    public void Same_program_twice_agrees_within_two_percent_and_is_no_difference_in_ten_of_ten_runs()
    {
        Runs(10, 1).ShouldAllBe(run => run.Agrees(0.02) && !run.IsDifference);
    }

    [Fact]
    public void At_least_99_of_100_runs_are_right()
    {
        Runs(300, 1.03).Count(run => run.IsDifference).ShouldBeGreaterThanOrEqualTo(297);
        Runs(300, 1).Count(run => !run.Agrees(0.02) || run.IsDifference).ShouldBeLessThanOrEqualTo(3);
    }

    [Fact]
    public void Interval_contains_the_true_ratio_in_about_95_of_100_runs()
    {
        Runs(300, 1.1).Count(run => run.Low <= 1.1 && run.High >= 1.1).ShouldBeInRange(270, 298);
    }

    [Theory]
    [InlineData(1.02, true)]
    [InlineData(0.98, true)]
    [InlineData(1.021, false)]
    [InlineData(0.979, false)]
    public void Pair_agrees_up_to_the_limit(double median, bool agrees) =>
        new RatioEstimate(median, 0, 2, 9).Agrees(0.0200001).ShouldBe(agrees);

    [Theory]
    [InlineData(1.03, 1.01, 1.05, true)]
    [InlineData(0.97, 0.95, 0.99, true)]
    [InlineData(1.03, 0.99, 1.05, false)]
    [InlineData(1.01, 1.005, 1.02, false)]
    public void Difference_needs_an_interval_without_one_and_half_of_three_percent(double median, double low, double high, bool expected) =>
        new RatioEstimate(median, low, high, 9).IsDifference.ShouldBe(expected);

    private static IEnumerable<RatioEstimate> Runs(int count, double ratio) => Enumerable.Range(1, count).Select(seed =>
    {
        var random = new Random(seed);
        double[] machine = [.. Drift(random)];
        double[] On(double cost) => [.. Turns(random, cost).Zip(machine, (turn, slow) => turn * slow)];
        return RatioEstimate.Of(On(35 * ratio), On(35), seed);
    });

    /// <summary>Turns that vary by 1.2 %, every twentieth by a quarter more: something else ran.</summary>
    private static double[] Turns(Random random, double cost) =>
        [.. Enumerable.Range(0, Rounds).Select(_ => cost * (1 + (0.012 * Normal(random))) * (random.NextDouble() < 0.05 ? 1.25 : 1))];

    /// <summary>A machine that becomes up to a third slower and faster again during the run.</summary>
    private static IEnumerable<double> Drift(Random random)
    {
        var speed = 1.0;
        for (var round = 0; round < Rounds; round++)
        {
            yield return speed = Math.Clamp(speed * (1 + (0.05 * Normal(random))), 0.75, 1.33);
        }
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
