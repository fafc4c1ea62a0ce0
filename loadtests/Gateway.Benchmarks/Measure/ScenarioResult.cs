using Gateway.Benchmarks.Measure.Plan;
using Gateway.Benchmarks.Measure.Statistics;

namespace Gateway.Benchmarks.Measure;

/// <summary>What a scenario found: for each entry a turn of each round.</summary>
internal sealed record ScenarioResult(ScenarioPlan Plan, IReadOnlyList<IReadOnlyList<TurnSample>> Samples, int Seed)
{
    public double Median(int entry, Figure figure) => RatioEstimate.MedianOf(Values(entry, figure));

    public RatioEstimate Ratio(int entry, int over, Figure figure) => RatioEstimate.Of(Values(entry, figure), Values(over, figure), Seed);

    private double[] Values(int entry, Figure figure) =>
        [.. Samples[entry].Select(sample => figure switch
        {
            Figure.Cpu => sample.Microseconds,
            Figure.Rate => sample.PerSecond,
            _ => sample.ResidentMegabytes,
        })];
}
