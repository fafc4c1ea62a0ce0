namespace Gateway.Testing.Drills;

/// <summary>How a figure moves with time: the line of least squares with the 95 % interval of its slope.</summary>
/// <param name="PerHour">The slope.</param>
/// <param name="Lower">Its lower end; minus infinity with fewer than three points.</param>
internal readonly record struct Slope(double Mean, double PerHour, double Lower, double Upper)
{
    // Student's t for 95 %, by degrees of freedom from 1 on; 1.96 and a little more beyond.
    private static readonly double[] Student =
    [
        12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13, 2.12,
        2.11, 2.10, 2.09, 2.09, 2.08, 2.07, 2.07, 2.06, 2.06,
    ];

    private const double StudentBeyond = 2.04;

    /// <summary>True when the figure is known to grow, and by more than this an hour.</summary>
    public bool Grows(double perHour) => Lower > 0 && PerHour > perHour;

    /// <summary>
    /// Of the medians of equal parts of the time: neighbouring samples of one process resemble each other, and an interval from all of them
    /// would be too narrow.
    /// </summary>
    public static Slope OfMedians(IReadOnlyList<(TimeSpan At, double Value)> samples, TimeSpan part) => Of(
    [
        .. samples.GroupBy(sample => sample.At.Ticks / part.Ticks).Select(group =>
        {
            double[] sorted = [.. group.Select(sample => sample.Value).Order()];
            return ((group.Key + 0.5) * part.TotalHours, sorted[sorted.Length / 2]);
        }),
    ]);

    /// <param name="points">Hours, and the figure.</param>
    public static Slope Of(IReadOnlyList<(double Hours, double Value)> points)
    {
        if (points.Count == 0)
        {
            return new Slope(0, 0, double.NegativeInfinity, double.PositiveInfinity);
        }

        var (mean, middle) = (points.Average(point => point.Value), points.Average(point => point.Hours));
        var spread = points.Sum(point => Math.Pow(point.Hours - middle, 2));
        if (points.Count < 3 || spread == 0)
        {
            return new Slope(mean, 0, double.NegativeInfinity, double.PositiveInfinity);
        }

        var slope = points.Sum(point => (point.Hours - middle) * (point.Value - mean)) / spread;
        var left = points.Sum(point => Math.Pow(point.Value - mean - (slope * (point.Hours - middle)), 2));
        var degrees = points.Count - 2;
        var half = (degrees <= Student.Length ? Student[degrees - 1] : StudentBeyond) * Math.Sqrt(left / degrees / spread);
        return new Slope(mean, slope, slope - half, slope + half);
    }
}
