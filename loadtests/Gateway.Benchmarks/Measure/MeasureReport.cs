using System.Globalization;
using System.Text;
using Gateway.Benchmarks.Measure.Plan;
using Gateway.Benchmarks.Measure.Statistics;

namespace Gateway.Benchmarks.Measure;

/// <summary>A run as Markdown, for the terminal and for docs/performance.md.</summary>
internal static class MeasureReport
{
    public static string Of(MeasureResult result)
    {
        var text = new StringBuilder();
        var most = result.Plan.MoreProcesses.Values.Append(result.Plan.Processes).Max();
        Line(text, $"{result.Machine}. Seed {result.Seed}.");
        var processes = most == result.Plan.Processes ? $"{most}" : $"{result.Plan.Processes} to {most}";
        Line(text, $"{result.Plan.Rounds} rounds or more of {result.Plan.TurnSeconds:0.##} s, {processes} processes of each server.");
        Line(text, $"{Validity(result)}");
        Goals(text, result);
        BadTokens(text, result.Statuses);
        foreach (var scenario in result.Scenarios)
        {
            Scenario(text, scenario, result);
        }

        return text.ToString().TrimEnd();
    }

    private static string Validity(MeasureResult result) => result.WhyNotValid is { } why
        ? $"**The run is not valid**: {why}."
        : string.Create(
            CultureInfo.InvariantCulture,
            $"A/A: {result.Plan.Pair.Entry} over {result.Plan.Pair.Over}: processor time {Text(result.Pair(Figure.Cpu)!)}, ")
            + $"requests {Text(result.Pair(Figure.Rate)!)}."
            + (result.HasRates ? "" : " **Requests per second of this run do not count**: the pair differs by more than the limit.");

    private static void Goals(StringBuilder text, MeasureResult result)
    {
        var rows = result.Scenarios
            .SelectMany(scenario => (scenario.Plan.Goals ?? []).Select(goal => Goal(scenario, goal, result.HasRates))).ToList();
        if (rows.Count > 0)
        {
            Line(text, $"| Goal | Limit | Found | Met |\n| --- | ---: | ---: | ---: |\n{string.Join('\n', rows)}");
        }
    }

    private static string Goal(ScenarioResult scenario, GoalPlan goal, bool hasRates)
    {
        var ratio = scenario.Ratio(scenario.Plan.IndexOf(goal.Entry), scenario.Plan.IndexOf(goal.Over), goal.Figure);
        var met = goal.Figure == Figure.Rate && !hasRates ? "not measured" : goal.IsMet(ratio.Median) ? "yes" : "**no**";
        var what = goal.Figure switch
        {
            Figure.Cpu => "processor time a request",
            Figure.Rate => "requests/s",
            _ => "resident memory",
        };
        var limit = string.Create(
            CultureInfo.InvariantCulture, $"{(goal.AtLeast is null ? "at most" : "at least")} {goal.AtLeast ?? goal.AtMost:0.00}");
        return $"| {scenario.Plan.Title}: {what} of {goal.Entry} over {goal.Over} | {limit} | {Text(ratio)} | {met} |";
    }

    private static void Scenario(StringBuilder text, ScenarioResult scenario, MeasureResult result)
    {
        var entries = scenario.Plan.Entries;
        var hasSignatures = entries.Any(entry => entry.Signatures is not null);
        Line(text, $"### {scenario.Plan.Title}");
        var over = $"over {entries[0].Title}";
        text.Append(CultureInfo.InvariantCulture, $"|  | CPU µs a request | {over} | requests/s | {over} | resident MiB |");
        text.Append(hasSignatures ? " signatures, µs | share of CPU |\n" : "\n");
        text.Append("| --- | ---: | ---: | ---: | ---: | ---: |").Append(hasSignatures ? " ---: | ---: |\n" : "\n");
        for (var i = 0; i < entries.Count; i++)
        {
            var cpu = scenario.Median(i, Figure.Cpu);
            text.Append(CultureInfo.InvariantCulture, $"| {entries[i].Title} | {cpu:F1} | {Over(scenario, i, Figure.Cpu)} | ");
            text.Append(result.HasRates || result.WhyNotValid is not null
                ? $"{Whole(scenario.Median(i, Figure.Rate))} | {Over(scenario, i, Figure.Rate)} |"
                : "not measured | |");
            text.Append($" {Whole(scenario.Median(i, Figure.Memory))} |");
            if (hasSignatures)
            {
                var signatures = (entries[i].Signatures ?? []).Sum(algorithm => result.Signatures[algorithm]);
                text.Append(signatures == 0
                    ? " | |"
                    : string.Create(CultureInfo.InvariantCulture, $" {signatures:F1} | {signatures / cpu * 100:F0} % |"));
            }

            text.Append('\n');
        }

        text.Append('\n');
    }

    private static void BadTokens(StringBuilder text, IReadOnlyList<BadTokenRow> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        string[] kinds = [.. rows[0].Statuses.Keys];
        string[] lines =
        [
            $"|  | {string.Join(" | ", kinds)} |",
            $"| --- |{string.Concat(kinds.Select(_ => " ---: |"))}",
            .. rows.Select(row => $"| {row.Title} | {string.Join(" | ", kinds.Select(kind => Status(row.Statuses[kind])))} |"),
        ];
        Line(text, "### Responses to a bad token");
        Line(text, "200 in bold: the token passes.");
        Line(text, string.Join('\n', lines));

        static string Status(int status) => status == 200 ? "**200**" : status.ToString(CultureInfo.InvariantCulture);
    }

    private static string Over(ScenarioResult scenario, int entry, Figure figure) =>
        entry == 0 ? "" : Text(scenario.Ratio(entry, 0, figure));

    public static string Text(RatioEstimate ratio) =>
        string.Create(CultureInfo.InvariantCulture, $"{ratio.Median:F3} ({ratio.Low:F3} to {ratio.High:F3})");

    private static string Whole(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static void Line(StringBuilder text, string line) => text.Append(line).Append("\n\n");
}
