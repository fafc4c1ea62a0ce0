using System.Globalization;
using System.Xml.Linq;

namespace Gateway.Benchmarks.Growth;

/// <summary>A line of a panel.</summary>
/// <param name="Points">Pairs of size and value.</param>
internal sealed record ChartLine(string Name, IReadOnlyList<(double Size, double Value)> Points);

/// <summary>One figure, as lines over a size.</summary>
internal sealed record ChartPanel(string Title, IReadOnlyList<ChartLine> Lines);

/// <summary>
/// Draws an SVG with a panel for each figure, two in a row: sizes on a logarithmic axis, the figure on a linear axis that begins at zero.
/// All panels have the same lines.
/// </summary>
internal static class GrowthChart
{
    private const double Width = 300, Height = 150, Margin = 62, Gap = 16, Top = 62, Row = Height + 72, Legend = 110;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    // Of a line, on a light and on a dark page.
    private static readonly IReadOnlyList<(string Light, string Dark)> Colours =
    [
        ("#2f6f9f", "#6cb2e6"), ("#b3541e", "#f0965a"), ("#3d7a3d", "#7cc47c"), ("#7a4fa3", "#bb95e0"), ("#8a7a1f", "#d6c45a"),
    ];

    private static readonly double[] Steps = [1, 2, 5, 10];

    public static XElement Draw(IReadOnlyList<ChartPanel> panels)
    {
        var names = panels[0].Lines.Select(line => line.Name).ToList();
        var largest = panels.SelectMany(panel => panel.Lines).SelectMany(line => line.Points).Max(point => point.Size);
        var (width, height) = ((2 * (Width + Margin + Gap)) + 20, Top + ((panels.Count + 1) / 2 * Row));
        return new XElement(
            Svg + "svg", new XAttribute("viewBox", Text($"0 0 {width} {height}")), new XAttribute("font-family", "sans-serif"),
            new XAttribute("role", "img"),
            new XElement(
                Svg + "title", $"{string.Join(", ", panels.Select(panel => panel.Title))}, by the number of {string.Join(", ", names)}"),
            new XElement(Svg + "style", Style()),
            new XElement(
                Svg + "rect", new XAttribute("class", "page"), new XAttribute("width", "100%"), new XAttribute("height", "100%")),
            names.Select((name, i) => LegendOf(name, i)),
            panels.Select((panel, i) =>
                Panel(panel, Margin + (i % 2 * (Width + Margin + Gap)), Top + (i / 2 * Row), Math.Log10(largest))));
    }

    /// <summary>The next of 1, 2, 5, 10, 20, ... that is not below the value.</summary>
    internal static double RoundUp(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return Steps.Select(step => step * power).First(step => step >= value);
    }

    private static IEnumerable<XElement> LegendOf(string name, int index)
    {
        var left = Margin + (Legend * index);
        yield return new XElement(
            Svg + "rect", new XAttribute("class", $"c{index}"),
            Number("x", left), Number("y", 12), Number("width", 10), Number("height", 10));
        yield return Label(left + 14, 21, name, "start", 11);
    }

    private static IEnumerable<XElement> Panel(ChartPanel panel, double left, double top, double powers)
    {
        var highest = RoundUp(panel.Lines.SelectMany(line => line.Points).Max(point => point.Value));
        yield return Label(left, top - 12, panel.Title, "start", 12);
        foreach (var share in new[] { 0, 0.5, 1 })
        {
            var y = top + (Height * (1 - share));
            yield return new XElement(
                Svg + "path", new XAttribute("class", "grid"), new XAttribute("d", Text($"M{left:0.#} {y:0.#}H{left + Width:0.#}")));
            yield return Label(left - 6, y + 4, Text($"{highest * share:0.###}"), "end", 10);
        }

        for (var power = 0; power <= powers; power += 2)
        {
            yield return Label(left + (Width * power / powers), top + Height + 16, Text($"{Math.Pow(10, power):N0}"), "middle", 10);
        }

        foreach (var (line, i) in panel.Lines.Select((line, i) => (line, i)))
        {
            var points = line.Points
                .Select(point => (
                    X: left + (Width * Math.Log10(Math.Max(1, point.Size)) / powers), Y: top + (Height * (1 - (point.Value / highest)))))
                .ToList();
            yield return new XElement(
                Svg + "polyline", new XAttribute("class", $"l{i}"),
                new XAttribute("points", string.Join(' ', points.Select(point => Text($"{point.X:0.#},{point.Y:0.#}")))));
            foreach (var (x, y) in points)
            {
                yield return new XElement(
                    Svg + "circle", new XAttribute("class", $"c{i}"), Number("cx", x), Number("cy", y), Number("r", 2.5));
            }
        }
    }

    private static XElement Label(double x, double y, string text, string anchor, double size) => new(
        Svg + "text", Number("x", x), Number("y", y), Number("font-size", size), new XAttribute("text-anchor", anchor), text);

    private static XAttribute Number(string name, double value) => new(name, Text($"{value:0.#}"));

    private static string Style() =>
        Scheme("#fff", "#222", "#ddd", colours => colours.Light)
        + "@media (prefers-color-scheme: dark) {" + Scheme("#0d1117", "#e6edf3", "#30363d", colours => colours.Dark) + "}"
        + "polyline{fill:none;stroke-width:1.5}";

    private static string Scheme(string page, string ink, string grid, Func<(string Light, string Dark), string> colour) =>
        $".page{{fill:{page}}}text{{fill:{ink}}}.grid{{stroke:{grid}}}"
        + string.Concat(Colours.Select((colours, i) => $".c{i}{{fill:{colour(colours)}}}.l{i}{{stroke:{colour(colours)}}}"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
