using System.Text;

namespace Gateway.Telemetry.Prometheus;

/// <summary>
/// Maps names by OpenTelemetry's rules for Prometheus: words are joined by underscores, the unit is spelt out, counters end in
/// <c>_total</c>.
/// </summary>
internal static class PrometheusName
{
    private const string Total = "_total";

    /// <summary>The metric's name without <c>_total</c>, and its unit as a word; empty for units that Prometheus omits.</summary>
    public static (string Family, string Unit) Of(string instrument, string unit, bool isCounter)
    {
        var name = Identifier(instrument);
        if (isCounter && name.EndsWith(Total, StringComparison.Ordinal))
        {
            name = name[..^Total.Length];
        }

        var word = WordFor(unit, isCounter);
        return (word.Length == 0 || name.EndsWith($"_{word}", StringComparison.Ordinal) ? name : $"{name}_{word}", word);
    }

    /// <summary>A valid name of a metric or label: ASCII letters, digits and underscores, without a leading digit.</summary>
    public static string Identifier(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            if (text.Length == 0 && char.IsAsciiDigit(c))
            {
                text.Append('_');
            }

            text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        }

        return text.ToString();
    }

    private static string WordFor(string unit, bool isCounter) => unit switch
    {
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "min" => "minutes",
        "h" => "hours",
        "d" => "days",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "%" => "percent",
        "1" => isCounter ? "" : "ratio",
        // An annotation such as {request} repeats the name.
        _ => unit.StartsWith('{') ? "" : Identifier(unit),
    };
}
