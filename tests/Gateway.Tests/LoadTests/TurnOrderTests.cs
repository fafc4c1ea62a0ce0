using Gateway.Benchmarks.Measure.Statistics;

namespace Gateway.Tests.LoadTests;

public sealed class TurnOrderTests
{
    private static readonly int[] Processes = [2, 1, 3, 2];

    [Fact]
    public void Each_entry_has_one_turn_in_each_round()
    {
        var order = new TurnOrder(1);

        for (var round = 0; round < 50; round++)
        {
            var turns = order.Next(Processes);

            turns.Select(turn => turn.Entry).Order().ShouldBe([0, 1, 2, 3]);
            turns.ShouldAllBe(turn => turn.Process >= 0 && turn.Process < Processes[turn.Entry]);
        }
    }

    [Fact]
    public void Order_and_processes_change_from_round_to_round_and_repeat_with_the_seed()
    {
        var (first, again) = (new TurnOrder(7), new TurnOrder(7));
        var rounds = Enumerable.Range(0, 50).Select(_ => first.Next(Processes)).ToList();

        rounds.ShouldAllBe(turns => turns.SequenceEqual(again.Next(Processes)));
        rounds.Select(turns => string.Join(' ', turns.Select(turn => turn.Entry))).Distinct().Count().ShouldBeGreaterThan(10);
        rounds.SelectMany(turns => turns).Where(turn => turn.Entry == 2).Select(turn => turn.Process).Distinct().Order().ShouldBe([0, 1, 2]);
    }
}
