using System.Globalization;
using System.Text;

namespace Gateway.Telemetry.Prometheus;

/// <summary>The two text formats of Prometheus scrapers. They differ in names, escapes and the end of the text.</summary>
internal sealed class PrometheusFormat
{
    public static readonly PrometheusFormat Text = new("text/plain; version=0.0.4; charset=utf-8", isOpenMetrics: false);

    public static readonly PrometheusFormat OpenMetrics =
        new("application/openmetrics-text; version=1.0.0; charset=utf-8", isOpenMetrics: true);

    private PrometheusFormat(string contentType, bool isOpenMetrics) => (ContentType, IsOpenMetrics) = (contentType, isOpenMetrics);

    public string ContentType { get; }

    public bool IsOpenMetrics { get; }

    /// <summary>Formats a number as Prometheus' own libraries do.</summary>
    public static string Number(double value) =>
        double.IsNaN(value) ? "NaN"
        : double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString(CultureInfo.InvariantCulture).Replace('E', 'e');

    /// <summary>Formats the bound of a bucket as a float also when it is whole, so that both formats yield the same series.</summary>
    public static string Bound(double value)
    {
        var text = Number(value);
        return text.AsSpan().ContainsAnyExceptInRange('0', '9') ? text : text + ".0";
    }

    /// <summary>
    /// <c>name="value",...</c> sorted by name. The values of two names that become the same identifier are joined by a semicolon.
    /// </summary>
    public static string Labels(IEnumerable<KeyValuePair<string, string>> labels)
    {
        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in labels)
        {
            var label = PrometheusName.Identifier(name);
            merged[label] = merged.TryGetValue(label, out var other) ? $"{other};{value}" : value;
        }

        var text = new StringBuilder();
        foreach (var (name, value) in merged)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(name).Append("=\"").Append(Escape(value, quotes: true)).Append('"');
        }

        return text.ToString();
    }

    public string Help(string text) => Escape(text, quotes: IsOpenMetrics);

    private static string Escape(string text, bool quotes)
    {
        var escaped = text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }
}
