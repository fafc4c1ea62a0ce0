using System.Collections.Concurrent;
using Gateway.IntegrationTests.Redis;
using Gateway.LoadTests.Scenarios;
using Gateway.Testing;

namespace Gateway.IntegrationTests.LoadTests;

/// <summary>
/// The load tests' scenarios, short and slow, against a real gateway with a real Redis: they pass, and they notice what is wrong.
/// </summary>
public sealed class LoadScenarioTests : IAsyncLifetime
{
    private readonly SigningKey _second = SigningKey.Rsa("rsa-2");
    private RedisGateways _all = null!;
    private Func<string> _sign = null!;

    public async ValueTask InitializeAsync()
    {
        _all = await RedisGateways.StartAsync(1);
        _sign = () => _all.Issuer.Token().Build();
    }

    public async ValueTask DisposeAsync()
    {
        await _all.DisposeAsync();
        _second.Dispose();
    }

    [Fact]
    public async Task Every_scenario_but_the_outage_passes()
    {
        var names = ScenarioCatalog.Names.Except(["redis_down"]).ToArray();

        var problems = await Task.WhenAll(names.Select(RunAsync));

        names.Zip(problems).SelectMany(run => run.Second.Select(problem => $"{run.First}: {problem}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Outage_passes()
    {
        (await RunAsync("redis_down")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Tokens_that_are_rejected_fail_the_run()
    {
        _sign = () => _all.Issuer.Token().With("aud", "another-api").Build();

        (await RunAsync("steady")).ShouldHaveSingleItem().ShouldContain("answers were not as they should be");
    }

    [Fact]
    public async Task Revocation_that_nobody_makes_fails_the_run()
    {
        (await RunAsync("revocation", new OutsideActions { Revoke = (_, _) => Task.CompletedTask }))
            .ShouldHaveSingleItem().ShouldContain("answers were not as they should be");
    }

    private Task<IReadOnlyList<string>> RunAsync(string name) => RunAsync(name, new OutsideActions
    {
        RotateKeys = _ =>
        {
            _all.Issuer.Keys = [.. _all.Issuer.Keys.Select(key => key!.DeepClone()), _second.ToJwk()];
            _sign = () => new TokenBuilder(_second, _all.Issuer.Issuer).Build();
            return Task.CompletedTask;
        },
        Revoke = (token, _) => _all.AppendAsync("jti", TokenId.Read(token)!),
        StopRedis = _ => _all.Redis.HangAsync(),
        StartRedis = _ => _all.Redis.ContinueAsync(),
    });

    // What NBomber does with a scenario, in a few lines: the load, what happens meanwhile, the verdict.
    private async Task<IReadOnlyList<string>> RunAsync(string name, OutsideActions actions)
    {
        var settings = new LoadTestSettings
        {
            Target = new Uri($"{_all[0].Address}/private/orders"),
            Tokens = new TokenSettings(),
            Seconds = 2,
            Limits = new LimitSettings { P99Milliseconds = 10_000, FailedShare = 0, RevocationSeconds = 0.5, RecoverySeconds = 0.5 },
        };
        var pool = await TokenPool.FillAsync(5, _ => Task.FromResult(_sign()), CancellationToken.None);
        var scenario = new ScenarioCatalog(settings, pool, actions, TimeProvider.System).Create(name);
        var sender = new Sender(_all[0].Client, settings.Target, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var meanwhile = scenario.Meanwhile?.Invoke(stop.Token) ?? Task.CompletedTask;
        var verdicts = await Task.WhenAll(new[] { scenario, scenario.Beside }.OfType<LoadScenario>().Select(one => LoadAsync(one, sender)));
        await stop.CancelAsync();
        await meanwhile.ContinueWith(_ => { }, TaskScheduler.Default);

        return [.. verdicts.SelectMany(verdict => verdict), .. meanwhile.IsFaulted ? [meanwhile.Exception.Message] : Array.Empty<string>()];
    }

    private static async Task<IReadOnlyList<string>> LoadAsync(LoadScenario scenario, Sender sender)
    {
        var outcomes = new ConcurrentBag<Outcome>();
        var started = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var underWay = new List<Task>();
        while (TimeProvider.System.GetElapsedTime(started) < scenario.Duration)
        {
            await timer.WaitForNextTickAsync();
            underWay.Add(SendAsync());
        }

        await Task.WhenAll(underWay);
        var right = outcomes.Count(outcome => outcome.IsRight);
        return scenario.Limits.Judge(new ScenarioFigures(right, outcomes.Count - right, 0) { KneeRate = scenario.Knee?.Find() });

        async Task SendAsync() => outcomes.Add(await sender.SendAsync(scenario, started));
    }
}
