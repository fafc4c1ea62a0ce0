using Gateway.Benchmarks.Measure.Load;
using Gateway.Benchmarks.Measure.Peers;
using Gateway.Benchmarks.Measure.Plan;

namespace Gateway.Benchmarks.Measure;

/// <summary>Runs the scenarios of a plan one after the other. Every process that it starts has ended when it returns or throws.</summary>
internal sealed class MeasureRun(MeasurePlan plan, int seed, string tokens, string product)
{
    /// <param name="spinNanoseconds">See <see cref="PeerFactory"/>.</param>
    public async Task<(IReadOnlyList<ScenarioResult> Scenarios, IReadOnlyList<BadTokenRow> Statuses)> RunAsync(
        IReadOnlyList<ScenarioPlan> scenarios, int spinNanoseconds, CancellationToken cancellationToken)
    {
        await using var site = await MeasureSite.StartAsync(tokens, product, cancellationToken);
        await using var pool = new PeerPool(new PeerFactory(site, spinNanoseconds), plan);
        using var sources = new RequestSources(site, plan);
        var statuses = await BadTokenRow.AskAsync(plan.BadTokens ?? [], pool, tokens, cancellationToken);
        var results = new List<ScenarioResult>();
        for (var i = 0; i < scenarios.Count; i++)
        {
            Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {scenarios[i].Name}");
            results.Add(await new ScenarioRun(plan, scenarios[i], pool, sources, seed + i).RunAsync(cancellationToken));
            await pool.KeepAsync(scenarios.Skip(i + 1));
        }

        return (results, statuses);
    }
}
