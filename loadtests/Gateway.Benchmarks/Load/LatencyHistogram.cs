namespace Gateway.Benchmarks.Load;

/// <summary>
/// Counts times in buckets that are one percent wide, so that memory does not depend on the length of a run.
/// </summary>
internal sealed class LatencyHistogram
{
    private const double Width = 1.01;
    private const int Buckets = 2048; // 1 microsecond to 12 minutes

    private readonly long[] _counts = new long[Buckets];

    public long Count { get; private set; }

    public void Add(double microseconds)
    {
        var bucket = (int)Math.Ceiling(Math.Log(Math.Max(1, microseconds)) / Math.Log(Width));
        _counts[Math.Min(bucket, Buckets - 1)]++;
        Count++;
    }

    /// <summary>The upper end of the bucket that holds this share of all times; in microseconds.</summary>
    public double Percentile(double share)
    {
        var left = (long)Math.Ceiling(Count * share);
        for (var i = 0; i < Buckets; i++)
        {
            left -= _counts[i];
            if (left <= 0)
            {
                return UpperEnd(i);
            }
        }

        return UpperEnd(Buckets - 1);
    }

    private static double UpperEnd(int bucket) => Math.Round(Math.Pow(Width, bucket), 1);
}
