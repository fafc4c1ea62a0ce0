namespace Gateway.Benchmarks.Measure.Statistics;

/// <summary>
/// The median of the ratios of all rounds with its 95 % interval: the percentile bootstrap, which needs no assumption about how the noise
/// of a shared machine is distributed. Both values of a ratio come from the same round, so that a machine that is slower for a while slows
/// down both.
/// </summary>
internal sealed record RatioEstimate(double Median, double Low, double High, int Rounds)
{
    public const int Resamples = 4000;

    /// <summary>Half of the slow-down of 3 % that the measure must find. Smaller differences are never reported as found.</summary>
    public const double Smallest = 0.015;

    /// <summary>True when the interval excludes 1 and the median is far enough from it.</summary>
    public bool IsDifference => (Low > 1 || High < 1) && Math.Abs(Median - 1) >= Smallest;

    /// <summary>Whether two processes of the same program are as near to each other as they must be for the run to count.</summary>
    public bool Agrees(double within) => Math.Abs(Median - 1) <= within;

    /// <param name="measured">A value for each round.</param>
    /// <param name="reference">What each of them is divided by.</param>
    /// <param name="seed">Makes the resamples repeatable.</param>
    public static RatioEstimate Of(IReadOnlyList<double> measured, IReadOnlyList<double> reference, int seed)
    {
        if (measured.Count != reference.Count || measured.Count == 0)
        {
            throw new ArgumentException(
                $"Ratios need a value of both for each round: {measured.Count} and {reference.Count} are given.", nameof(reference));
        }

        double[] ratios = [.. measured.Zip(reference, (value, other) => value / other)];
        var random = new Random(seed);
        var medians = new double[Resamples];
        var resample = new double[ratios.Length];
        for (var i = 0; i < Resamples; i++)
        {
            for (var k = 0; k < resample.Length; k++)
            {
                resample[k] = ratios[random.Next(ratios.Length)];
            }

            medians[i] = MedianOf(resample);
        }

        Array.Sort(medians);
        return new RatioEstimate(MedianOf(ratios), medians[(int)(0.025 * Resamples)], medians[(int)(0.975 * Resamples)], ratios.Length);
    }

    /// <summary>Of an even number of values: the mean of the two in the middle.</summary>
    public static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values];
        Array.Sort(sorted);
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
