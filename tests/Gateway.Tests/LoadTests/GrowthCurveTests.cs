using Gateway.Benchmarks.Measure.Statistics;

namespace Gateway.Tests.LoadTests;

/// <summary>Whether a figure grows more than linearly, as the drill that measures growth judges it.</summary>
public sealed class GrowthCurveTests
{
    private const double Noise = 0.05;

    private static readonly double[][] Sizes =
        [[10, 1_000, 10_000], [1, 100, 1_000], [1_000, 10_000, 100_000, 1_000_000], [0, 10_000, 1_000_000]];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    public void Line_is_linear_whatever_its_fixed_cost_and_noise(double fixedCost) =>
        ShouldAlwaysBe(true, size => fixedCost + (size / 1000));

    [Fact]
    public void What_does_not_grow_is_linear() => ShouldAlwaysBe(true, _ => 42);

    [Fact]
    public void What_falls_is_linear() => ShouldAlwaysBe(true, size => 100 / (1 + size));

    [Fact]
    public void Root_and_logarithm_are_better_than_linear()
    {
        ShouldAlwaysBe(true, Math.Sqrt);
        ShouldAlwaysBe(true, size => Math.Log(1 + size));
    }

    [Fact]
    public void Square_is_worse_than_linear() => ShouldAlwaysBe(false, size => size * size);

    /// <summary>Each size is ten times the one before. With a hundred times, a line may run through the same three points.</summary>
    [Fact]
    public void Fixed_cost_of_a_tenth_does_not_hide_a_square() =>
        ShouldAlwaysBe(false, (size, last) => (last * last / 10) + (size * size), Sizes[..3]);

    [Fact]
    public void Two_points_cannot_show_how_a_figure_grows() => GrowthCurve.IsLinearOrBetter([(1, 1), (10, 1_000)]).ShouldBeTrue();

    private static void ShouldAlwaysBe(bool expected, Func<double, double> figure) => ShouldAlwaysBe(expected, (size, _) => figure(size));

    private static void ShouldAlwaysBe(bool expected, Func<double, double, double> figure, double[][]? among = null)
    {
        var random = new Random(7);
        foreach (var sizes in among ?? Sizes)
        {
            for (var run = 0; run < 200; run++)
            {
                GrowthCurve.IsLinearOrBetter([.. sizes.Select(size => (size, figure(size, sizes[^1]) * Wrong(random)))]).ShouldBe(expected);
            }
        }
    }

    private static double Wrong(Random random) => 1 - Noise + (2 * Noise * random.NextDouble());
}
