using System.Globalization;
using Gateway.LoadTests.Scenarios;
using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;

namespace Gateway.LoadTests;

/// <summary>
/// Runs a scenario with NBomber. Nothing else here knows NBomber, and this uses only what its versions 4.1, 5 and 6 share.
/// </summary>
internal static class NBomberScenario
{
    /// <summary>Runs it and returns what was wrong, a sentence each.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(LoadScenario scenario, Sender sender, TimeProvider time, string reports)
    {
        using var stop = new CancellationTokenSource();
        var started = time.GetTimestamp();
        var meanwhile = Task.Run(() => scenario.Meanwhile?.Invoke(stop.Token) ?? Task.CompletedTask, CancellationToken.None);
        var scenarios = new[] { scenario, scenario.Beside }.OfType<LoadScenario>().ToArray();

        // NBomber deletes the report folder at the start: hence one for each scenario.
        var stats = NBomberRunner.RegisterScenarios([.. scenarios.Select(one => Describe(one, sender, started))])
            .WithTestSuite("gateway")
            .WithTestName(scenario.Name)
            .WithReportFolder(Path.Combine(reports, scenario.Name))
            .WithReportFormats(ReportFormat.Html, ReportFormat.Md, ReportFormat.Csv)
            .Run();

        await stop.CancelAsync();
        var fault = await ReadFaultAsync(meanwhile);
        return [.. scenarios.SelectMany(one => one.Limits.Judge(Figures(stats, one, one == scenario ? fault : null)))];
    }

    private static ScenarioProps Describe(LoadScenario scenario, Sender sender, long started) =>
        Scenario.Create(scenario.Name, async _ =>
        {
            var outcome = await sender.SendAsync(scenario, started);
            var status = outcome.Status.ToString(CultureInfo.InvariantCulture);
            return outcome.IsRight
                ? Response.Ok(statusCode: status, sizeBytes: (int)outcome.Bytes)
                : Response.Fail(statusCode: status, message: outcome.Text);
        })
        .WithoutWarmUp()
        .WithLoadSimulations([.. scenario.Phases.Select(Simulate)]);

    private static LoadSimulation Simulate(LoadPhase phase)
    {
        var second = TimeSpan.FromSeconds(1);
        return phase.IsRamp
            ? Simulation.RampingInject(phase.Rate, second, phase.Duration)
            : Simulation.Inject(phase.Rate, second, phase.Duration);
    }

    private static ScenarioFigures Figures(NodeStats stats, LoadScenario scenario, string? fault)
    {
        var found = stats.ScenarioStats.Single(one => one.ScenarioName == scenario.Name);
        return new ScenarioFigures(found.Ok.Request.Count, found.Fail.Request.Count, found.Ok.Latency.Percent99)
        {
            KneeRate = scenario.Knee?.Find(),
            Fault = fault,
        };
    }

    private static async Task<string?> ReadFaultAsync(Task meanwhile)
    {
        try
        {
            await meanwhile;
            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
#pragma warning disable CA1031 // Whatever went wrong outside is a result of the run.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return $"What was to happen meanwhile failed: {fault.Message}";
        }
    }
}
