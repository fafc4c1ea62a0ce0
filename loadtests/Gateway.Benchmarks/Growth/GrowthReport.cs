using System.Globalization;
using Gateway.Benchmarks.Measure;
using Gateway.Benchmarks.Measure.Plan;
using Gateway.Benchmarks.Measure.Statistics;
using Gateway.Testing;

namespace Gateway.Benchmarks.Growth;

/// <param name="Microseconds">Processor time a request, of each turn.</param>
internal sealed record GrowthPoint(
    int Count, IReadOnlyList<double> Microseconds, double Megabytes, GrowthTime Ready, GrowthTime Reload)
{
    public double Median => RatioEstimate.MedianOf(Microseconds);
}

internal sealed record GrowthResult(string Series, IReadOnlyList<GrowthPoint> Points);

/// <summary>The run as Markdown and as a chart, and whether its goals are met.</summary>
internal sealed class GrowthReport(IReadOnlyList<GrowthResult> results, RatioEstimate tail, DrillLimits limits, int seed)
{
    private static readonly IReadOnlyList<(string Title, Func<GrowthPoint, double> Value)> Figures =
    [
        ("CPU a request, µs", point => point.Median),
        ("resident memory, MiB", point => point.Megabytes),
        ("time to ready, s", point => point.Ready.Seconds),
        ("time of a reload, s", point => point.Reload.Seconds),
    ];

    private readonly List<(string Goal, string Limit, string Found, bool IsMet)> _goals = [.. Goals(results, tail, limits)];

    public bool IsMet => _goals.All(goal => goal.IsMet);

    public async Task<string> WriteAsync(int rounds, TimeSpan turn, int rate, int loadSeconds)
    {
        var text = new ReportText();
        text.Line($"![Growth: processor time a request, memory, time to ready and time of a reload](growth.svg)");
        text.Line();
        text.Line(
            $"{await DocsBlock.DescribeMachineAsync()}. Seed {seed}. {rounds} interleaved turns of {turn.TotalSeconds} s; p99 at " +
            $"{rate} requests a second, in turns of {loadSeconds} s.");
        text.Line();
        text.Line($"| Goal | Limit | Found | Met |");
        text.Line($"| --- | ---: | ---: | ---: |");
        foreach (var (goal, limit, found, isMet) in _goals)
        {
            text.Line($"| {goal} | {limit} | {found} | {(isMet ? "yes" : "**no**")} |");
        }

        text.Line();
        text.Line($"| | CPU µs a request | over the smallest | resident MiB | ready, s (of processor) | reload, s (of processor) |");
        text.Line($"| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var (series, points) in results)
        {
            foreach (var point in points)
            {
                var ratio = point == points[0]
                    ? "" : MeasureReport.Text(RatioEstimate.Of(point.Microseconds, points[0].Microseconds, seed));
                text.Line(
                    $"| {point.Count:#,0} {series} | {point.Median:0.0} | {ratio} | {point.Megabytes:0} | {point.Ready.Seconds:0.00} " +
                    $"({point.Ready.ProcessorSeconds:0.00}) | {point.Reload.Seconds:0.00} ({point.Reload.ProcessorSeconds:0.00}) |");
            }
        }

        return text.ToString();
    }

    /// <summary>Draws the curves into docs/ when the docs are written, else into artifacts/.</summary>
    public async Task DrawAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Script.Root, DocsBlock.IsWriting ? "docs" : "artifacts"));
        var chart = GrowthChart.Draw(
        [
            .. Figures.Select(figure => new ChartPanel(
                figure.Title,
                [
                    .. results.Select(result => new ChartLine(
                        result.Series, [.. result.Points.Select(point => ((double)point.Count, figure.Value(point)))])),
                ])),
        ]);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "growth.svg"), $"{chart}\n");
    }

    private static IEnumerable<(string Goal, string Limit, string Found, bool IsMet)> Goals(
        IReadOnlyList<GrowthResult> results, RatioEstimate tail, DrillLimits limits)
    {
        var largest = results[0].Points[^1];
        var name = string.Create(CultureInfo.InvariantCulture, $"{largest.Count:#,0} {results[0].Series}");
        yield return AtMost($"{name}: seconds until ready", largest.Ready.Seconds, limits.ReadySeconds);
        yield return AtMost($"{name}: seconds until a reload is in effect", largest.Reload.Seconds, limits.ReloadSeconds);
        yield return AtMost(
            $"{name}: p99 with a reload in each turn, over p99 without", tail.Median, limits.ReloadP99, MeasureReport.Text(tail));
        foreach (var (series, points) in results)
        {
            var worse = Figures
                .Where(figure => !GrowthCurve.IsLinearOrBetter([.. points.Select(point => ((double)point.Count, figure.Value(point)))]))
                .Select(figure => figure.Title)
                .ToList();
            yield return (
                $"{series}: each figure grows linearly or less", "all", worse.Count == 0 ? "all" : $"not {string.Join(", ", worse)}",
                worse.Count == 0);
        }
    }

    private static (string Goal, string Limit, string Found, bool IsMet) AtMost(
        string goal, double found, double limit, string? text = null) => (
        goal, string.Create(CultureInfo.InvariantCulture, $"{limit:0.##}"),
        text ?? string.Create(CultureInfo.InvariantCulture, $"{found:0.00}"), found <= limit);
}
