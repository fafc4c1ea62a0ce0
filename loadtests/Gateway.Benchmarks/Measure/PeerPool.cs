using Gateway.Benchmarks.Measure.Peers;
using Gateway.Benchmarks.Measure.Plan;

namespace Gateway.Benchmarks.Measure;

/// <summary>The processes of the peers, started when a scenario needs them and ended after the last one that does.</summary>
internal sealed class PeerPool(PeerFactory factory, MeasurePlan plan) : IAsyncDisposable
{
    private readonly Dictionary<PeerKind, List<Peer>> _running = [];

    public IReadOnlyList<Peer> Of(PeerKind kind)
    {
        if (!_running.TryGetValue(kind, out var peers))
        {
            _running[kind] = peers = [];
            while (peers.Count < plan.ProcessesOf(kind))
            {
                peers.Add(factory.Start(kind));
            }
        }

        return peers;
    }

    /// <summary>Ends those that none of the scenarios needs.</summary>
    public async Task KeepAsync(IEnumerable<ScenarioPlan> scenarios)
    {
        var needed = scenarios.SelectMany(scenario => scenario.Entries).Select(entry => entry.Peer).ToHashSet();
        foreach (var kind in _running.Keys.Where(kind => !needed.Contains(kind)).ToList())
        {
            foreach (var peer in _running[kind])
            {
                await peer.DisposeAsync();
            }

            _running.Remove(kind);
        }
    }

    public async ValueTask DisposeAsync() => await KeepAsync([]);
}
