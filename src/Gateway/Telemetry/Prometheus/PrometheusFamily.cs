using System.Globalization;
using System.Text;
using OpenTelemetry.Metrics;

namespace Gateway.Telemetry.Prometheus;

/// <summary>All series of one metric name, by labels. The formats require each name and each series to occur only once.</summary>
internal sealed class PrometheusFamily
{
    // .NET 10 publishes these two as counters although their values can fall.
    private static readonly string[] FalseCounters = ["dotnet.thread_pool.queue.length", "dotnet.thread_pool.thread.count"];

    private readonly SortedDictionary<string, string> _series = new(StringComparer.Ordinal);
    private readonly string _unit;
    private readonly string _help;

    public PrometheusFamily(Metric metric)
    {
        Type = metric.MetricType switch
        {
            MetricType.LongSum or MetricType.DoubleSum => FalseCounters.Contains(metric.Name) ? "gauge" : "counter",
            MetricType.Histogram => "histogram",
            MetricType.ExponentialHistogram => null,
            _ => "gauge",
        };
        (Name, _unit) = PrometheusName.Of(metric.Name, metric.Unit, isCounter: Type == "counter");
        _help = metric.Description;
    }

    public string Name { get; }

    /// <summary>Null for metrics that the formats cannot express.</summary>
    public string? Type { get; }

    public void Add(Metric metric)
    {
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var labels = new List<KeyValuePair<string, string>>();
            foreach (var (name, value) in point.Tags)
            {
                labels.Add(new(name, ValueOf(value)));
            }

            var text = PrometheusFormat.Labels(labels);
            _series.TryAdd(
                text,
                Type == "histogram" ? Histogram(point, text) : Sample(Type == "counter" ? "_total" : "", text, Scalar(metric, point)));
        }
    }

    public void WriteTo(StringBuilder text, PrometheusFormat format)
    {
        if (_series.Count == 0)
        {
            return;
        }

        // OpenMetrics writes the name of the family here, the older format the name of the sample.
        var name = Type == "counter" && !format.IsOpenMetrics ? $"{Name}_total" : Name;
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {Type}\n");
        if (format.IsOpenMetrics && _unit.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"# UNIT {name} {_unit}\n");
        }

        if (_help.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {format.Help(_help)}\n");
        }

        foreach (var series in _series.Values)
        {
            text.Append(series);
        }
    }

    private static string ValueOf(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static double Scalar(Metric metric, in MetricPoint point) => metric.MetricType switch
    {
        MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong(),
        MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble(),
        MetricType.LongGauge => point.GetGaugeLastValueLong(),
        _ => point.GetGaugeLastValueDouble(),
    };

    private string Histogram(in MetricPoint point, string labels)
    {
        var text = new StringBuilder();
        var prefix = labels.Length == 0 ? "" : labels + ",";
        long count = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            count += bucket.BucketCount;
            text.Append(Sample("_bucket", $"{prefix}le=\"{PrometheusFormat.Bound(bucket.ExplicitBound)}\"", count));
        }

        return text.Append(Sample("_count", labels, point.GetHistogramCount()))
            .Append(Sample("_sum", labels, point.GetHistogramSum()))
            .ToString();
    }

    private string Sample(string suffix, string labels, double value) =>
        $"{Name}{suffix}{(labels.Length == 0 ? "" : $"{{{labels}}}")} {PrometheusFormat.Number(value)}\n";
}
