namespace Gateway.LoadTests.Scenarios;

/// <summary>
/// A stretch of load: the rate, in requests a second, moves in a line to this one, or jumps to it, and the stretch lasts so long.
/// </summary>
internal sealed record LoadPhase(int Rate, TimeSpan Duration, bool IsRamp = false);

/// <summary>One request: its token, and every status that is a right answer to it.</summary>
internal sealed record LoadRequest(string Token, IReadOnlyList<int> Accepted);

/// <summary>What came of a request. A status of 0 means that there was no answer.</summary>
internal sealed record Outcome(bool IsRight, int Status, long Bytes)
{
    /// <summary>The status, and what was wrong about it.</summary>
    public string Text => IsRight ? $"{Status}" : Status == 0 ? "no answer" : $"{Status} unexpected";
}

/// <summary>Load of one kind: how it comes and goes, what each request is, what happens meanwhile, and how it is judged.</summary>
internal sealed class LoadScenario
{
    public required string Name { get; init; }

    public required IReadOnlyList<LoadPhase> Phases { get; init; }

    /// <summary>Makes the next request.</summary>
    public required Func<LoadRequest> Next { get; init; }

    public required ScenarioLimits Limits { get; init; }

    /// <summary>Runs beside the load and ends with it; null when nothing happens.</summary>
    public Func<CancellationToken, Task>? Meanwhile { get; init; }

    /// <summary>Load of another kind that is sent beside it and judged for itself.</summary>
    public LoadScenario? Beside { get; init; }

    /// <summary>Finds the knee of a ramp; null for other scenarios.</summary>
    public Knee? Knee { get; init; }

    public TimeSpan Duration => Phases.Aggregate(TimeSpan.Zero, (sum, phase) => sum + phase.Duration);
}
