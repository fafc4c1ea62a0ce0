namespace Gateway.Benchmarks.Measure.Statistics;

/// <summary>
/// The turns of a scenario: in each round every entry has one, in random order, so that none always follows the same other one. Which of its
/// peer's processes serves a turn is random too, since the runtime compiles the same program a little differently in each process.
/// </summary>
internal sealed class TurnOrder(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>The next round: the index of an entry, and which process serves it.</summary>
    /// <param name="processes">How many processes each entry's peer has.</param>
    public IReadOnlyList<(int Entry, int Process)> Next(IReadOnlyList<int> processes)
    {
        int[] order = [.. Enumerable.Range(0, processes.Count)];
        _random.Shuffle(order);
        return [.. order.Select(entry => (entry, _random.Next(processes[entry])))];
    }
}
