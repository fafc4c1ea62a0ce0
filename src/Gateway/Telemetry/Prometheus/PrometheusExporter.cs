using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Gateway.Telemetry.Prometheus;

/// <summary>
/// Holds the metrics of the last collection, sorted by name. OpenTelemetry's own exporter for Prometheus has no stable release.
/// </summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    private SortedDictionary<string, PrometheusFamily> _families = new(StringComparer.Ordinal);

    /// <summary>Set by the reader.</summary>
    public Func<int, bool>? Collect { get; set; }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var families = new SortedDictionary<string, PrometheusFamily>(StringComparer.Ordinal);
        foreach (var metric in batch)
        {
            var family = new PrometheusFamily(metric);
            if (family.Type is null)
            {
                continue;
            }

            if (!families.TryAdd(family.Name, family))
            {
                family = families[family.Name].Type == family.Type ? families[family.Name] : family;
            }

            family.Add(metric);
        }

        _families = families;
        return ExportResult.Success;
    }

    public string Render(PrometheusFormat format)
    {
        var text = new StringBuilder();
        WriteTarget(text, format);
        foreach (var family in _families.Values)
        {
            family.WriteTo(text, format);
        }

        return (format.IsOpenMetrics ? text.Append("# EOF\n") : text).ToString();
    }

    /// <summary>Writes <c>target_info</c>: service name, version and the attributes in <c>OTEL_RESOURCE_ATTRIBUTES</c>.</summary>
    private void WriteTarget(StringBuilder text, PrometheusFormat format)
    {
        var attributes = ParentProvider.GetResource().Attributes
            .Select(attribute => new KeyValuePair<string, string>(attribute.Key, attribute.Value.ToString() ?? ""));
        text.Append(format.IsOpenMetrics
            ? "# TYPE target info\n# HELP target What is measured.\n"
            : "# TYPE target_info gauge\n# HELP target_info What is measured.\n");
        text.Append("target_info{").Append(PrometheusFormat.Labels(attributes)).Append("} 1\n");
    }
}
