using System.Globalization;

namespace Gateway.LoadTests.Scenarios;

/// <summary>What a scenario did, as any load generator reports it.</summary>
internal sealed record ScenarioFigures(long Right, long Wrong, double P99Milliseconds)
{
    /// <summary>The rate at the knee of a ramp; null when there was no ramp.</summary>
    public int? KneeRate { get; init; }

    /// <summary>Why what was to happen meanwhile did not; null when it did.</summary>
    public string? Fault { get; init; }
}

/// <summary>What counts as a pass of one scenario.</summary>
/// <param name="P99Milliseconds">Null where times are not judged.</param>
internal sealed record ScenarioLimits(double FailedShare, double? P99Milliseconds, int KneeRate = 0)
{
    /// <summary>What is wrong with the figures, a sentence each; none is a pass.</summary>
    public IReadOnlyList<string> Judge(ScenarioFigures figures)
    {
        var problems = new List<string>();
        var total = figures.Right + figures.Wrong;
        if (total == 0)
        {
            problems.Add("Nothing was sent.");
        }
        else if ((double)figures.Wrong / total > FailedShare)
        {
            problems.Add(Text($"{figures.Wrong} of {total} answers were not as they should be; the limit is {FailedShare:P2}."));
        }

        if (figures.P99Milliseconds > P99Milliseconds)
        {
            problems.Add(Text($"p99 was {figures.P99Milliseconds:0.#} ms; the limit is {P99Milliseconds:0.#} ms."));
        }

        if (figures.KneeRate < KneeRate)
        {
            problems.Add(Text($"The knee was at {figures.KneeRate} requests a second; the limit is {KneeRate}."));
        }

        if (figures.Fault is { } fault)
        {
            problems.Add(fault);
        }

        return problems;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
