namespace Gateway.Benchmarks.Measure.Statistics;

/// <summary>
/// The turns of a scenario: in each round every entry has one, in random order, so that none always follows the same other one. Each peer
/// has several processes, since the runtime compiles the same program a little differently in each: they serve rounds equally often, in
/// random order, and all entries of a peer have the same one within a round.
/// </summary>
/// <param name="peers">The peer of each entry.</param>
/// <param name="processes">How many processes a peer has.</param>
internal sealed class TurnOrder<T>(IReadOnlyList<T> peers, Func<T, int> processes, int seed)
    where T : notnull
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<T, Queue<int>> _next = peers.Distinct().ToDictionary(peer => peer, _ => new Queue<int>());

    /// <summary>The next round: the index of an entry, and which process serves it.</summary>
    public IReadOnlyList<(int Entry, int Process)> Next()
    {
        int[] order = [.. Enumerable.Range(0, peers.Count)];
        _random.Shuffle(order);
        var chosen = _next.ToDictionary(pair => pair.Key, pair => Take(pair.Value, processes(pair.Key)));
        return [.. order.Select(entry => (entry, chosen[peers[entry]]))];
    }

    private int Take(Queue<int> next, int count)
    {
        if (next.Count == 0)
        {
            int[] all = [.. Enumerable.Range(0, count)];
            _random.Shuffle(all);
            foreach (var process in all)
            {
                next.Enqueue(process);
            }
        }

        return next.Dequeue();
    }
}
