using System.Text.Json;

namespace Gateway.Benchmarks.Measure;

/// <summary>Every turn of a run, so that its figures can be computed again in another way.</summary>
internal static class MeasureJson
{
    public static string Of(MeasureResult result) => JsonSerializer.Serialize(
        new
        {
            result.Machine,
            result.Seed,
            result.Signatures,
            result.Statuses,
            Scenarios = result.Scenarios.ToDictionary(
                scenario => scenario.Plan.Name,
                scenario => scenario.Plan.Entries.Select((entry, i) => new
                {
                    entry.Title,
                    // A row for each turn: process, requests, seconds, processor time in microseconds, resident memory in MiB.
                    Turns = scenario.Samples[i].Select(turn => new[]
                    {
                        turn.Process, turn.Requests, Math.Round(turn.Seconds, 4), Math.Round(turn.ProcessorNanoseconds / 1000.0),
                        Math.Round(turn.ResidentMegabytes),
                    }),
                })),
        },
        JsonSerializerOptions.Web) + "\n";
}
