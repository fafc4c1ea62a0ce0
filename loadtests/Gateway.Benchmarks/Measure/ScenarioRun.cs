using Gateway.Benchmarks.Measure.Load;
using Gateway.Benchmarks.Measure.Peers;
using Gateway.Benchmarks.Measure.Plan;
using Gateway.Benchmarks.Measure.Statistics;

namespace Gateway.Benchmarks.Measure;

/// <summary>Runs one scenario: checks every peer, warms it up, then takes turns.</summary>
internal sealed class ScenarioRun(MeasurePlan plan, ScenarioPlan scenario, PeerPool pool, RequestSources sources, int seed)
{
    private readonly int _rounds = scenario.Rounds ?? plan.Rounds;

    public async Task<ScenarioResult> RunAsync(CancellationToken cancellationToken)
    {
        var entries = scenario.Entries.Select(entry => (Plan: entry, Peers: pool.Of(entry.Runs), Source: sources.Of(entry.Token))).ToList();
        foreach (var (entry, peers, source) in entries)
        {
            foreach (var peer in peers)
            {
                await PeerCheck.RunAsync(peer, scenario.Transport, source, cancellationToken);
                peer.FindProcesses();
                WarmUp(peer, source, cancellationToken);
            }

            Console.WriteLine($"  {entry.Title}: checked and warm");
        }

        var order = new TurnOrder<PeerPlan>([.. scenario.Entries.Select(entry => entry.Runs)], plan.ProcessesOf, seed);
        var samples = entries.Select(_ => new List<TurnSample>()).ToList();
        for (var round = 0; round < _rounds; round++)
        {
            foreach (var (entry, process) in order.Next())
            {
                var (_, peers, source) = entries[entry];
                samples[entry].Add(Turn(peers[process], process, source, round, cancellationToken));
            }
        }

        return new ScenarioResult(scenario, samples, seed);
    }

    private void WarmUp(Peer peer, RequestSource source, CancellationToken cancellationToken)
    {
        var seconds = peer.IsWarm || peer.IsNative ? plan.WarmUpSeconds : plan.FirstWarmUpSeconds;
        peer.IsWarm = true;
        // Turns end when there is no new token left, so a long warm-up takes several.
        for (var start = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(start).TotalSeconds < seconds;)
        {
            using var load = peer.Connect(scenario.Transport);
            load.Run(Requests(peer, source, plan.Rounds), TimeSpan.FromSeconds(Math.Min(1, seconds)), cancellationToken);
        }
    }

    private TurnSample Turn(Peer peer, int process, RequestSource source, int round, CancellationToken cancellationToken)
    {
        var requests = Requests(peer, source, round);
        using var load = peer.Connect(scenario.Transport);
        // The peer has not run for some seconds: this fills the processor's caches and connects.
        load.Run(requests, TimeSpan.FromSeconds(plan.TurnSeconds / 10), cancellationToken);
        var before = peer.ProcessorNanoseconds;
        var result = load.Run(requests, TimeSpan.FromSeconds(plan.TurnSeconds), cancellationToken);
        return result.Requests > 0
            ? new TurnSample(process, result.Requests, result.Seconds, peer.ProcessorNanoseconds - before, peer.ResidentMegabytes)
            : throw new InvalidOperationException(
                $"A turn of {peer.Kind} in scenario \"{scenario.Name}\" got no responses: the machine is too busy, or its new tokens " +
                    "are used up.");
    }

    /// <summary>A peer that checks no token may get the same one again.</summary>
    private TurnRequests Requests(Peer peer, RequestSource source, int round) => new(
        source.Turn(round), peer.Addresses.Path, scenario.Transport == Transport.TlsHandshake, source.IsCyclic || !peer.Checks,
        peer.Checks ? source.Status : 200);
}
