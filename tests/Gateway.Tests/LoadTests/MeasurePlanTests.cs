using Gateway.Benchmarks.Measure.Plan;
using Gateway.Testing;

namespace Gateway.Tests.LoadTests;

/// <summary>loadtests/measure.json and loadtests/settings.json: the scenarios and the goals.</summary>
public sealed class MeasurePlanTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Script.Root, "loadtests", "measure.json"));

    private static readonly MeasurePlan Plan = MeasurePlan.Parse(Text);

    private static readonly MeasurePlan Settings =
        MeasurePlan.Parse(File.ReadAllText(Path.Combine(Script.Root, "loadtests", "settings.json")));

    [Fact]
    public void Turns_are_many_and_shorter_than_a_second()
    {
        foreach (var plan in new[] { Plan, Settings })
        {
            plan.TurnSeconds.ShouldBeInRange(0.2, 1);
            plan.Scenarios.ShouldAllBe(scenario => (scenario.Rounds ?? plan.Rounds) >= 50);
            plan.Processes.ShouldBeGreaterThanOrEqualTo(2);
        }
    }

    [Fact]
    public void Run_fits_into_half_an_hour()
    {
        foreach (var plan in new[] { Plan, Settings })
        {
            var turns = plan.Scenarios.Sum(scenario => scenario.Entries.Count * (scenario.Rounds ?? plan.Rounds));
            var warmUps = plan.Scenarios.Sum(scenario => scenario.Entries.Sum(entry => plan.ProcessesOf(entry.Runs)));
            var processes =
                plan.Scenarios.SelectMany(scenario => scenario.Entries).Select(entry => entry.Runs).Distinct().Sum(plan.ProcessesOf);

            var warmUpSeconds = ((warmUps - processes) * plan.WarmUpSeconds) + (processes * plan.FirstWarmUpSeconds);

            (((turns * plan.TurnSeconds * 1.1) + warmUpSeconds) / 60).ShouldBeLessThan(30);
        }
    }

    [Fact]
    public void Settings_are_compared_with_the_gateway_as_shipped_on_the_same_cores()
    {
        foreach (var scenario in Settings.Scenarios)
        {
            scenario.Entries.ShouldAllBe(entry => entry.Peer == PeerKind.Gateway && entry.Cores == scenario.Entries[0].Cores);
            scenario.Entries.Select(entry => entry.Setting).ShouldBe([null, .. Settings.Settings!.Keys]);
        }

        var paired = Settings.Scenarios.Single(scenario => scenario.Name == Settings.Pair.Scenario);
        Settings.EnvironmentOf(paired.Entries[paired.IndexOf(Settings.Pair.Entry)].Runs).ShouldBeEmpty();
        paired.IndexOf(Settings.Pair.Over).ShouldBe(0);
    }

    [Fact]
    public void Pair_is_the_same_program_twice()
    {
        var scenario = Plan.Scenarios.Single(scenario => scenario.Name == Plan.Pair.Scenario);

        scenario.Entries[scenario.IndexOf(Plan.Pair.Entry)].Peer.ShouldBe(PeerKind.BareAgain);
        scenario.Entries[scenario.IndexOf(Plan.Pair.Over)].Peer.ShouldBe(PeerKind.Bare);
        Plan.Pair.Within.ShouldBe(0.02);
    }

    [Fact]
    public void Names_and_titles_are_distinct()
    {
        Plan.Scenarios.Select(scenario => scenario.Name).ShouldBeUnique();
        Plan.Scenarios.Select(scenario => scenario.Title).ShouldBeUnique();
        Plan.Scenarios.ShouldAllBe(scenario => scenario.Entries.Select(entry => entry.Title).Distinct().Count() == scenario.Entries.Count);
    }

    [Fact]
    public void Only_peers_that_verify_the_algorithm_get_its_tokens()
    {
        var entries = Plan.Scenarios.SelectMany(scenario => scenario.Entries).Where(entry => entry.Token == TokenKind.NewEdDsa);

        entries.Select(entry => entry.Peer).ShouldBe([PeerKind.Bare, PeerKind.Gateway], ignoreOrder: true);
    }

    [Fact]
    public void Quick_trial_has_the_same_scenarios_and_takes_seconds_each()
    {
        var quick = Plan.Quick();

        quick.Scenarios.Select(scenario => scenario.Name).ShouldBe(Plan.Scenarios.Select(scenario => scenario.Name));
        quick.Scenarios.ShouldAllBe(scenario => (scenario.Rounds ?? quick.Rounds) * scenario.Entries.Count * quick.TurnSeconds < 15);
    }

    [Theory]
    [InlineData("\"entry\": \"Gateway\", \"over\"", "\"entry\": \"Gatewya\", \"over\"", "Gatewya")]
    [InlineData("\"atMost\": 1.03", "\"atMost\": 1.03, \"atLeast\": 0.5", "one of them")]
    [InlineData("\"scenario\": \"one\"", "\"scenario\": \"two\"", "two")]
    [InlineData("\"processes\": 2", "\"processes\": 2, \"cores\": 1", "cores")]
    [InlineData("\"peer\": \"Bare\"", "\"peer\": \"Nginx\"", "peer")]
    [InlineData("\"peer\": \"Gateway\"", "\"peer\": \"Gateway\", \"setting\": \"fast\"", "fast")]
    public void Mistake_in_the_file_is_named(string text, string mistake, string named)
    {
        Text.ShouldContain(text);
        var at = Text.IndexOf(text, StringComparison.Ordinal);

        Should.Throw<Exception>(() => MeasurePlan.Parse(Text[..at] + mistake + Text[(at + text.Length)..])).Message.ShouldContain(named);
    }

    [Theory]
    [InlineData(0.97, null, 0.97, true)]
    [InlineData(0.97, null, 0.969, false)]
    [InlineData(null, 1.03, 1.03, true)]
    [InlineData(null, 1.03, 1.031, false)]
    public void Goal_is_met_at_its_limit(double? atLeast, double? atMost, double ratio, bool met) =>
        new GoalPlan("a", "b", Figure.Cpu, atLeast, atMost).IsMet(ratio).ShouldBe(met);
}
