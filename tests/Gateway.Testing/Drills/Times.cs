namespace Gateway.Testing.Drills;

/// <summary>A sample of times, in milliseconds.</summary>
internal sealed class Times(IEnumerable<double> samples)
{
    private readonly List<double> _sorted = [.. samples.Order()];

    public int Count => _sorted.Count;

    public double Max => _sorted.Count == 0 ? 0 : _sorted[^1];

    /// <summary>The smallest time that this share of all does not exceed; zero when there is none.</summary>
    public double Percentile(double share) => _sorted.Count == 0 ? 0 : _sorted[Math.Max(0, (int)Math.Ceiling(_sorted.Count * share) - 1)];

    /// <summary>How many are more than the lower and at most the upper end.</summary>
    public int Between(double lower, double upper) => _sorted.Count(time => time > lower && time <= upper);
}
