using System.Globalization;
using Gateway.Benchmarks.Measure.Plan;
using Gateway.Benchmarks.Measure.Statistics;

namespace Gateway.Benchmarks.Measure;

/// <summary>A whole run.</summary>
/// <param name="Signatures">Microseconds by algorithm.</param>
/// <param name="Statuses">What peers respond to bad tokens.</param>
internal sealed record MeasureResult(
    MeasurePlan Plan, int Seed, string Machine, IReadOnlyDictionary<string, double> Signatures, IReadOnlyList<ScenarioResult> Scenarios,
    IReadOnlyList<BadTokenRow> Statuses)
{
    /// <summary>The ratio of the two entries that are the same program; null when their scenario was left out.</summary>
    public RatioEstimate? Pair(Figure figure) =>
        Scenarios.FirstOrDefault(scenario => scenario.Plan.Name == Plan.Pair.Scenario) is { } paired
        ? paired.Ratio(paired.Plan.IndexOf(Plan.Pair.Entry), paired.Plan.IndexOf(Plan.Pair.Over), figure)
        : null;

    /// <summary>The reason why the figures do not count; null when they do.</summary>
    public string? WhyNotValid => Pair(Figure.Cpu) switch
    {
        null => $"scenario \"{Plan.Pair.Scenario}\" was left out, and with it the A/A pair",
        var pair when !pair.Agrees(Plan.Pair.Within) => string.Create(
            CultureInfo.InvariantCulture,
            $"{Plan.Pair.Entry} over {Plan.Pair.Over}, the same program, is {pair.Median:F3} in processor time; {Plan.Pair.Within:P0} " +
                $"is the limit"),
        _ => null,
    };

    /// <summary>Whether requests per second may be reported: another load on the machine changes them more than processor time.</summary>
    public bool HasRates => Pair(Figure.Rate) is { } pair && pair.Agrees(Plan.Pair.Within);
}
