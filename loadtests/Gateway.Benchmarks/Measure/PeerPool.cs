using Gateway.Benchmarks.Measure.Peers;
using Gateway.Benchmarks.Measure.Plan;

namespace Gateway.Benchmarks.Measure;

/// <summary>The processes of the peers, started when a scenario needs them and ended after the last one that does.</summary>
internal sealed class PeerPool(PeerFactory factory, MeasurePlan plan) : IAsyncDisposable
{
    private readonly Dictionary<PeerPlan, List<Peer>> _running = [];

    public IReadOnlyList<Peer> Of(PeerPlan peer)
    {
        if (!_running.TryGetValue(peer, out var peers))
        {
            _running[peer] = peers = [];
            while (peers.Count < plan.ProcessesOf(peer))
            {
                peers.Add(factory.Start(peer.Kind, plan.EnvironmentOf(peer), peer.Cores));
            }
        }

        return peers;
    }

    /// <summary>Ends those that none of the scenarios needs.</summary>
    public async Task KeepAsync(IEnumerable<ScenarioPlan> scenarios)
    {
        var needed = scenarios.SelectMany(scenario => scenario.Entries).Select(entry => entry.Runs).ToHashSet();
        foreach (var ended in _running.Keys.Where(peer => !needed.Contains(peer)).ToList())
        {
            foreach (var peer in _running[ended])
            {
                await peer.DisposeAsync();
            }

            _running.Remove(ended);
        }
    }

    public async ValueTask DisposeAsync() => await KeepAsync([]);
}
