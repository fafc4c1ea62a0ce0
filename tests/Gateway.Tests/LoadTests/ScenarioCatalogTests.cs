using Gateway.LoadTests.Scenarios;
using Gateway.Testing;

namespace Gateway.Tests.LoadTests;

/// <summary>What each scenario sends, and what it takes for a right answer while time passes.</summary>
public sealed class ScenarioCatalogTests
{
    private static readonly LoadTestSettings Settings = new()
    {
        Target = new Uri("http://localhost/"),
        Tokens = new TokenSettings { Count = 2 },
        Rate = 100,
        Seconds = 60,
    };

    private readonly ManualClock _clock = new();
    private readonly List<string> _done = [];
    private int _made;

    public static TheoryData<string> Names => [.. ScenarioCatalog.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Scenario_lasts_as_long_as_the_settings_say_and_expects_good_tokens_to_pass(string name)
    {
        var scenario = (await CatalogAsync()).Create(name);

        scenario.Name.ShouldBe(name);
        scenario.Duration.ShouldBe(TimeSpan.FromSeconds(60));
        scenario.Next().Accepted.ShouldBe([200]);
    }

    [Theory]
    [InlineData("key_rotation", "actions.rotateKeys")]
    [InlineData("revocation", "actions.revoke")]
    [InlineData("redis_down", "actions.stopRedis and actions.startRedis")]
    [InlineData("steady", null)]
    public async Task Scenario_says_what_it_lacks(string name, string? missing)
    {
        (await CatalogAsync(new OutsideActions())).Lacks(name).ShouldBe(missing);
    }

    [Fact]
    public async Task Spike_is_five_times_the_rate_for_a_quarter_of_the_time()
    {
        var phases = (await CatalogAsync()).Create("spike").Phases;

        phases.Select(phase => (phase.Rate, phase.Duration.TotalSeconds)).ShouldBe([(100, 15), (500, 15), (100, 30)]);
    }

    [Fact]
    public async Task Revoked_token_is_to_be_rejected_once_the_time_for_it_has_passed()
    {
        var scenario = (await CatalogAsync()).Create("revocation");
        var meanwhile = scenario.Meanwhile!(CancellationToken.None);

        Victim(scenario).Accepted.ShouldBe([200]);
        await _clock.FireNextAsync();
        await Eventually.TrueAsync(() => Victim(scenario).Accepted is [200, 401], "the revocation is under way");
        await _clock.FireNextAsync();
        await meanwhile;

        Victim(scenario).Accepted.ShouldBe([401]);
        _done.ShouldBe(["revoke 3"]);
    }

    [Fact]
    public async Task While_redis_is_down_the_settings_say_what_is_right_and_afterwards_all_is_well_again()
    {
        var scenario = (await CatalogAsync()).Create("redis_down");
        var meanwhile = scenario.Meanwhile!(CancellationToken.None);

        await _clock.FireNextAsync();
        await Eventually.TrueAsync(() => scenario.Next().Accepted is [200, 503], "Redis is down");
        await _clock.FireNextAsync();
        await _clock.FireNextAsync();
        await meanwhile;

        scenario.Next().Accepted.ShouldBe([200]);
        _done.ShouldBe(["stop", "start"]);
    }

    [Fact]
    public async Task Redis_is_started_again_when_the_run_is_stopped()
    {
        using var stop = new CancellationTokenSource();
        var meanwhile = (await CatalogAsync()).Create("redis_down").Meanwhile!(stop.Token);
        await _clock.FireNextAsync();
        await Eventually.TrueAsync(() => _done.Contains("stop"), "Redis is down");

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => meanwhile);
        _done.ShouldBe(["stop", "start"]);
    }

    [Fact]
    public async Task Rotation_replaces_every_token_after_the_keys()
    {
        var scenario = (await CatalogAsync()).Create("key_rotation");
        var meanwhile = scenario.Meanwhile!(CancellationToken.None);

        scenario.Next().Token.ShouldBe("1");
        await _clock.FireNextAsync();
        await meanwhile;

        _done.ShouldBe(["rotate"]);
        string[] tokens = [scenario.Next().Token, scenario.Next().Token];
        tokens.ShouldBe(["4", "3"], ignoreOrder: true);
    }

    [Fact]
    public async Task Flood_sends_bad_tokens_beside_the_good_ones_and_wants_them_rejected()
    {
        using var key = SigningKey.Ec();
        var token = new TokenBuilder(key, "https://idp.test", algorithm: "ES256").Build();
        var pool = await TokenPool.FillAsync(1, _ => Task.FromResult(token), CancellationToken.None);

        var scenario = new ScenarioCatalog(Settings, pool, new OutsideActions(), _clock).Create("bad_token_flood");

        var bad = scenario.Beside!.Next();
        bad.Accepted.ShouldBe([401]);
        bad.Token.ShouldNotBe(token);
        scenario.Next().Token.ShouldBe(token);
    }

    private static LoadRequest Victim(LoadScenario scenario) =>
        Enumerable.Range(0, 10).Select(_ => scenario.Next()).Single(request => request.Token == "3");

    private async Task<ScenarioCatalog> CatalogAsync(OutsideActions? actions = null)
    {
        var pool = await TokenPool.FillAsync(2, _ => Task.FromResult($"{++_made}"), CancellationToken.None);
        return new ScenarioCatalog(Settings, pool, actions ?? new OutsideActions
        {
            RotateKeys = _ => Record("rotate"),
            Revoke = (token, _) => Record($"revoke {token}"),
            StopRedis = _ => Record("stop"),
            StartRedis = _ => Record("start"),
        }, _clock);
    }

    private Task Record(string action)
    {
        _done.Add(action);
        return Task.CompletedTask;
    }
}
