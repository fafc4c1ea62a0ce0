using System.Globalization;
using Gateway.Benchmarks.Measure.Plan;

namespace Gateway.Benchmarks.Measure;

/// <summary>
/// Does the measure find a slow-down of 3 %? Bare YARP takes part three times: twice as it is, and once with a busy-wait of 3 % of its
/// processor time in each request. A run passes when the busy-wait is found and the pair is not reported as different.
/// </summary>
internal static class SelfTest
{
    private const double SlowDown = 0.03;

    /// <param name="runs">How many runs, each with processes and a seed of its own.</param>
    public static async Task<int> RunAsync(string artifacts, int runs, CancellationToken cancellationToken)
    {
        var plan = MeasureCommand.ReadPlan(Environment.GetEnvironmentVariable("QUICK") == "1") with { BadTokens = null };
        var seed = MeasureCommand.Seed();
        var tokens = MeasureCommand.TokensFolder(artifacts, plan.Quick()); // One token is enough.
        var cost = await CostAsync(plan, seed, tokens, cancellationToken);
        var spin = (int)(cost * 1000 * SlowDown);
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"Bare YARP takes {cost:F1} µs a request; the busy-wait is {spin} ns."));
        var scenario = Scenario(PeerKind.Bare, PeerKind.BareAgain, PeerKind.BareSlowed) with { Rounds = plan.Scenarios[0].Rounds };
        var passed = 0;
        for (var run = 0; run < runs; run++)
        {
            var result = (await new MeasureRun(plan, seed + run, tokens, "").RunAsync([scenario], spin, cancellationToken)).Scenarios[0];
            var (pair, slowed) = (result.Ratio(1, 0, Figure.Cpu), result.Ratio(2, 0, Figure.Cpu));
            var isGood = pair.Agrees(plan.Pair.Within) && !pair.IsDifference && slowed.IsDifference && slowed.Median > 1;
            passed += isGood ? 1 : 0;
            Console.WriteLine(
                $"run {run + 1}: A/A {MeasureReport.Text(pair)}, slowed {MeasureReport.Text(slowed)}: {(isGood ? "passed" : "failed")}");
        }

        Console.WriteLine($"{passed} of {runs} runs found the slow-down and no difference in A/A.");
        return passed == runs ? 0 : 1;
    }

    /// <summary>Microseconds of processor time that a request costs bare YARP on this machine.</summary>
    private static async Task<double> CostAsync(MeasurePlan plan, int seed, string tokens, CancellationToken cancellationToken) =>
        (await new MeasureRun(plan, seed, tokens, "")
            .RunAsync([Scenario(PeerKind.Bare) with { Rounds = 5 }], 0, cancellationToken)).Scenarios[0].Median(0, Figure.Cpu);

    private static ScenarioPlan Scenario(params PeerKind[] peers) =>
        new("self-test", "Self test", Transport.Http1, [.. peers.Select(peer => new EntryPlan(peer.ToString(), peer))]);
}
