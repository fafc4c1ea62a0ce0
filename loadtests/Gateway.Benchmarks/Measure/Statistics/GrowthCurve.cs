namespace Gateway.Benchmarks.Measure.Statistics;

/// <summary>How a figure grows with the size of what it is measured for.</summary>
internal static class GrowthCurve
{
    /// <summary>
    /// By what share a figure of a shared machine may be wrong without changing the verdict. It also lets n log n pass.
    /// </summary>
    public const double Noise = 0.2;

    /// <summary>
    /// Whether each further unit costs at most what one has cost so far: the slope from each point to the next, at its lowest, is at most
    /// the slope from the first point to that one, at its highest. So a fixed cost alone does not hide growth that is worse than linear.
    /// </summary>
    /// <param name="points">Size and figure, the smallest size first.</param>
    public static bool IsLinearOrBetter(IReadOnlyList<(double Size, double Value)> points)
    {
        for (var i = 2; i < points.Count; i++)
        {
            var (first, last, next) = (points[0], points[i - 1], points[i]);
            var soFar = ((last.Value * (1 + Noise)) - (first.Value * (1 - Noise))) / (last.Size - first.Size);
            var further = ((next.Value * (1 - Noise)) - (last.Value * (1 + Noise))) / (next.Size - last.Size);
            if (further > Math.Max(0, soFar))
            {
                return false;
            }
        }

        return true;
    }
}
