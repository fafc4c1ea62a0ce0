namespace Gateway.LoadTests.Scenarios;

/// <summary>The scenarios. Each is built for one run, since it keeps what has happened so far.</summary>
internal sealed class ScenarioCatalog(LoadTestSettings settings, TokenPool pool, OutsideActions actions, TimeProvider time)
{
    private static readonly int[] Good = [200];
    private static readonly int[] Rejected = [401];

    public static readonly IReadOnlyList<string> Names =
        ["steady", "ramp", "spike", "token_churn", "key_rotation", "revocation", "redis_down", "bad_token_flood"];

    private TimeSpan Duration => TimeSpan.FromSeconds(settings.Seconds);

    /// <summary>What the settings lack for this scenario, or null when it can be run.</summary>
    public string? Lacks(string name) => name switch
    {
        "key_rotation" when actions.RotateKeys is null => "actions.rotateKeys",
        "revocation" when actions.Revoke is null => "actions.revoke",
        "redis_down" when actions.StopRedis is null || actions.StartRedis is null => "actions.stopRedis and actions.startRedis",
        _ => null,
    };

    public LoadScenario Create(string name) => name switch
    {
        "steady" => Build(name, Steady(), Take),
        "ramp" => Ramp(name),
        "spike" => Build(name, Spike(), Take),
        "token_churn" => Build(name, Steady(), Take, ChurnAsync),
        "key_rotation" => Build(name, Steady(), Take, RotateAsync),
        "revocation" => Revocation(name),
        "redis_down" => RedisDown(name),
        "bad_token_flood" => Flood(name),
        _ => throw new ArgumentException($"There is no scenario \"{name}\".", nameof(name)),
    };

    private LoadScenario Build(
        string name, IReadOnlyList<LoadPhase> phases, Func<LoadRequest> next, Func<CancellationToken, Task>? meanwhile = null) => new()
        {
            Name = name,
            Phases = phases,
            Next = next,
            Meanwhile = meanwhile,
            Limits = new ScenarioLimits(settings.Limits.FailedShare, settings.Limits.P99Milliseconds),
        };

    private LoadRequest Take() => new(pool.Take(), Good);

    private LoadPhase[] Steady() => [new LoadPhase(settings.Rate, Duration)];

    private LoadPhase[] Spike() =>
        [
            new LoadPhase(settings.Rate, Duration / 4), new LoadPhase(settings.Rate * 5, Duration / 4),
            new LoadPhase(settings.Rate, Duration / 2)];

    // Past the knee the answers are late and wrong by design: only the knee is judged.
    private LoadScenario Ramp(string name) => new()
    {
        Name = name,
        Phases =
            [new LoadPhase(settings.Rate, Duration / 10), new LoadPhase(settings.Rate * settings.RampTo, Duration * 0.9, IsRamp: true)],
        Next = Take,
        Limits = new ScenarioLimits(1, null, settings.Limits.KneeRate),
        Knee = new Knee(settings.Limits.P99Milliseconds, settings.Limits.FailedShare),
    };

    // Every token is replaced four times in the run, so that most requests have one that the gateway has hardly seen.
    private async Task ChurnAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Duration / (4 * pool.Count), time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            await pool.ReplaceOneAsync(stop);
        }
    }

    // The old tokens go on until they are replaced one by one: their key is still published.
    private async Task RotateAsync(CancellationToken stop)
    {
        await Task.Delay(Duration / 3, time, stop);
        await actions.RotateKeys!(stop);
        await pool.ReplaceAllAsync(stop);
    }

    // Every tenth request has the token that is revoked after a third of the time.
    private LoadScenario Revocation(string name)
    {
        var victim = new ChangingExpectation(Good);
        var next = 0;
        string? token = null;
        return Build(name, Steady(), () => Interlocked.Increment(ref next) % 10 == 0 && Volatile.Read(ref token) is { } revoked
            ? new LoadRequest(revoked, victim.Now)
            : Take(), async stop =>
        {
            Volatile.Write(ref token, await pool.TakeNewAsync(stop));
            await Task.Delay(Duration / 3, time, stop);
            victim.Change([200, 401]);
            await actions.Revoke!(token!, stop);
            await Task.Delay(TimeSpan.FromSeconds(settings.Limits.RevocationSeconds), time, stop);
            victim.Change(Rejected);
        });
    }

    private LoadScenario RedisDown(string name)
    {
        var expected = new ChangingExpectation(Good);
        return new LoadScenario
        {
            Name = name,
            Phases = Steady(),
            Next = () => new LoadRequest(pool.Take(), expected.Now),
            Limits = new ScenarioLimits(settings.Limits.FailedShare, null),
            Meanwhile = async stop =>
            {
                await Task.Delay(Duration / 4, time, stop);
                expected.Change(settings.Limits.DuringOutage);
                try
                {
                    await actions.StopRedis!(stop);
                    await Task.Delay(Duration / 3, time, stop);
                }
                finally
                {
                    // Also when the run is stopped: nobody is left without Redis.
                    await actions.StartRedis!(CancellationToken.None);
                }

                await Task.Delay(TimeSpan.FromSeconds(settings.Limits.RecoverySeconds), time, stop);
                expected.Change(Good);
            },
        };
    }

    // Two streams, since only the times of the good one are judged: the bad one has answers of its own.
    private LoadScenario Flood(string name)
    {
        var next = 0L;
        return new LoadScenario
        {
            Name = name,
            Phases = Steady(),
            Next = Take,
            Limits = new ScenarioLimits(settings.Limits.FailedShare, settings.Limits.P99Milliseconds),
            Beside = new LoadScenario
            {
                Name = $"{name}_bad",
                Phases = Steady(),
                Next = () => new LoadRequest(TokenPool.Spoil(pool.Take(), Interlocked.Increment(ref next)), Rejected),
                Limits = new ScenarioLimits(0, null),
            },
        };
    }
}
