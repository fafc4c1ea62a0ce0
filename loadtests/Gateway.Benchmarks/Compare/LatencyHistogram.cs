using System.Text.Json.Nodes;

namespace Gateway.Benchmarks.Compare;

/// <summary>
/// Counts times in buckets that are one percent wide, so that the rounds of a run can be added up before a percentile is taken.
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

    /// <summary>Pairs of upper end and count, of the buckets that are not empty.</summary>
    public JsonArray ToJson() => new(
        [.. Enumerable.Range(0, Buckets).Where(i => _counts[i] > 0).Select(i => (JsonNode)new JsonArray(UpperEnd(i), _counts[i]))]);

    private static double UpperEnd(int bucket) => Math.Round(Math.Pow(Width, bucket), 1);
}
