using Gateway.Benchmarks.Measure.Statistics;

namespace Gateway.Tests.LoadTests;

public sealed class TurnOrderTests
{
    private const int Rounds = 60;

    private static readonly string[] Peers = ["bare", "gateway", "gateway", "stock"];

    [Fact]
    public void Each_entry_has_one_turn_in_each_round()
    {
        Turns(1).ShouldAllBe(turns => turns.Select(turn => turn.Entry).Order().SequenceEqual(Enumerable.Range(0, Peers.Length)));
    }

    [Fact]
    public void Processes_of_a_peer_serve_equally_many_rounds_and_all_its_entries_within_one()
    {
        var rounds = Turns(2);

        rounds.SelectMany(turns => turns).Where(turn => turn.Entry == 0).CountBy(turn => turn.Process).ShouldBe(
            [KeyValuePair.Create(0, Rounds / 3), KeyValuePair.Create(1, Rounds / 3), KeyValuePair.Create(2, Rounds / 3)],
            ignoreOrder: true);
        rounds.ShouldAllBe(turns => turns.Single(turn => turn.Entry == 1).Process == turns.Single(turn => turn.Entry == 2).Process);
        rounds.ShouldAllBe(turns => turns.Single(turn => turn.Entry == 3).Process == 0);
    }

    [Fact]
    public void Order_changes_from_round_to_round_and_repeats_with_the_seed()
    {
        var rounds = Turns(3);

        rounds.Select(turns => string.Join(' ', turns.Select(turn => turn.Entry))).Distinct().Count().ShouldBeGreaterThan(10);
        rounds.Zip(Turns(3)).ShouldAllBe(pair => pair.First.SequenceEqual(pair.Second));
    }

    private static List<IReadOnlyList<(int Entry, int Process)>> Turns(int seed)
    {
        var order = new TurnOrder<string>(Peers, peer => peer switch { "bare" => 3, "gateway" => 2, _ => 1 }, seed);
        return [.. Enumerable.Range(0, Rounds).Select(_ => order.Next())];
    }
}
