namespace Gateway.Benchmarks.Measure.Statistics;

/// <summary>How a figure grows with the size of what it is measured for.</summary>
internal static class GrowthCurve
{
    /// <summary>
    /// The share by which a figure may be wrong on a shared machine without changing the result. With it, n log n passes too.
    /// </summary>
    public const double Noise = 0.2;

    /// <summary>
    /// Whether a further unit costs at most as much as the units so far on average: the lowest possible slope from each point to the next
    /// is at most the highest possible slope from the first point to that one. So a fixed cost does not hide superlinear growth.
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
