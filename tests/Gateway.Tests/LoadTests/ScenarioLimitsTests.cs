using Gateway.LoadTests.Scenarios;

namespace Gateway.Tests.LoadTests;

/// <summary>What fails a load test.</summary>
public sealed class ScenarioLimitsTests
{
    private static readonly ScenarioLimits Limits = new(0.01, 50, KneeRate: 1000);

    [Fact]
    public void Figures_at_the_limits_pass()
    {
        Limits.Judge(new ScenarioFigures(99, 1, 50) { KneeRate = 1000 }).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(98, 2, 50, 1000, "2 of 100 answers")]
    [InlineData(100, 0, 50.1, 1000, "p99 was 50.1 ms")]
    [InlineData(100, 0, 50, 999, "knee was at 999")]
    [InlineData(0, 0, 0, 1000, "Nothing was sent")]
    public void Each_excess_is_a_problem(long right, long wrong, double p99, int knee, string expected)
    {
        Limits.Judge(new ScenarioFigures(right, wrong, p99) { KneeRate = knee }).ShouldHaveSingleItem().ShouldContain(expected);
    }

    [Fact]
    public void What_failed_meanwhile_is_a_problem_although_every_answer_was_right()
    {
        Limits.Judge(new ScenarioFigures(100, 0, 1) { KneeRate = 1000, Fault = "kubectl ended with 1" })
            .ShouldHaveSingleItem()
            .ShouldBe("kubectl ended with 1");
    }

    [Fact]
    public void Times_are_not_judged_where_there_is_no_limit()
    {
        new ScenarioLimits(0.01, null).Judge(new ScenarioFigures(100, 0, 9999)).ShouldBeEmpty();
    }
}
