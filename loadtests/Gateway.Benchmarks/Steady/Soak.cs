using System.Diagnostics;
using Gateway.Testing.Drills;

namespace Gateway.Benchmarks.Steady;

/// <summary>How hard and how long.</summary>
/// <param name="PerSecond">Requests.</param>
/// <param name="NewTokens">Tokens that are made each second; each is in use for <see cref="TokenLife"/>.</param>
/// <param name="Revoked">How many of them are revoked each second.</param>
internal sealed record SoakPlan(
    TimeSpan Length, int PerSecond, int NewTokens, int Revoked, TimeSpan TokenLife, TimeSpan ReloadEvery, TimeSpan RotateEvery,
    TimeSpan RestartEvery, TimeSpan SampleEvery);

/// <summary>The figures of the gateway's process at one moment.</summary>
internal readonly record struct SoakSample(TimeSpan At, ProcessFigures Process, double HeapMegabytes);

/// <summary>Requests at a steady rate while tokens come and go, keys rotate, yarp.json changes and a destination restarts.</summary>
internal sealed class Soak
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(1);

    // After its revocation a token is still sent for so many seconds.
    private const int RevokedInUse = 5;

    private const int MostRetries = 5;

    private readonly SoakSite _site;
    private readonly SoakPlan _plan;
    private readonly Traffic _traffic;
    private readonly Queue<(TimeSpan Until, SoakToken Token)> _tokens = new();
    private readonly Queue<(TimeSpan Until, SoakToken Token)> _revoked = new();
    private readonly List<SoakSample> _samples = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private volatile bool _isBroken;

    private Soak(SoakSite site, Traffic traffic, SoakPlan plan) => (_site, _traffic, _plan) = (site, traffic, plan);

    public SoakVerdict Verdict { get; } = new();

    public IReadOnlyList<SoakSample> Samples => _samples;

    public int Revocations { get; private set; }

    public int RevocationRetries { get; private set; }

    public int Restarts { get; private set; }

    private TimeSpan Now => Stopwatch.GetElapsedTime(_start);

    private bool IsOver => _isBroken || Now >= _plan.Length;

    public static async Task<Soak> RunAsync(SoakSite site, SoakPlan plan)
    {
        var traffic = new Traffic(site.Client, plan.PerSecond);
        var soak = new Soak(site, traffic, plan);
        await using (traffic)
        {
            await soak.TurnTokensAsync();
            traffic.Start();
            await Task.WhenAll(
                soak.EveryAsync(Beat, soak.TurnTokensAsync),
                soak.EveryAsync(plan.SampleEvery, soak.SampleAsync),
                soak.EveryAsync(plan.RotateEvery, () => Task.Run(site.Rotate)),
                soak.EveryAsync(plan.ReloadEvery, soak.ReloadAsync),
                soak.EveryAsync(plan.RestartEvery, soak.RestartAsync));
        }

        soak.Verdict.Judge(traffic.Take());
        return soak;
    }

    private async Task EveryAsync(TimeSpan period, Func<Task> action)
    {
        using var timer = new PeriodicTimer(period);
        try
        {
            while (await timer.WaitForNextTickAsync() && !IsOver)
            {
                await action();
            }
        }
        catch
        {
            // The others end too: a drill that is broken says so at once.
            _isBroken = true;
            throw;
        }
    }

    private async Task TurnTokensAsync()
    {
        for (var i = 0; i < _plan.NewTokens; i++)
        {
            var kind = (i % 10) switch { 7 => SoakKind.Restarting, 8 => SoakKind.WithoutScope, 9 => SoakKind.Bad, _ => SoakKind.Good };
            _tokens.Enqueue((Now + _plan.TokenLife, _site.Token(kind)));
        }

        while (_tokens.TryPeek(out var oldest) && oldest.Until < Now)
        {
            _tokens.Dequeue();
        }

        while (_revoked.TryPeek(out var revoked) && revoked.Until < Now)
        {
            _revoked.Dequeue();
        }

        List<SoakToken> inUse = [.. _tokens.Select(entry => entry.Token).Where(token => token.Asked == long.MaxValue)];
        var chosen = inUse.Where(token => token.Kind == SoakKind.Good).Take(_plan.Revoked).ToList();
        _traffic.Tokens = [.. inUse, .. _revoked.Select(entry => entry.Token)];
        foreach (var token in chosen)
        {
            // 503: the store has not acknowledged it in time, which a busy machine makes happen. An operator tries again, as the response
            // says.
            var status = await _site.RevokeAsync(token);
            for (var more = 0; status == 503 && more < MostRetries; more++)
            {
                RevocationRetries++;
                status = await _site.RevokeAsync(token);
            }

            if (status != 200)
            {
                Verdict.Fail($"the operator's revocation was answered with {status}");
                continue;
            }

            Revocations++;
            _revoked.Enqueue((Now + TimeSpan.FromSeconds(RevokedInUse), token));
        }

        Verdict.Judge(_traffic.Take());
    }

    private async Task ReloadAsync()
    {
        if (!await _site.ReloadAsync())
        {
            Verdict.Fail("the changed yarp.json was not in effect in time");
        }
    }

    private async Task RestartAsync()
    {
        Verdict.RestartBegins();
        await _site.RestartAsync(Away);
        Verdict.RestartEnds();
        Restarts++;
    }

    private async Task SampleAsync() =>
        _samples.Add(new SoakSample(Now, ProcessFigures.Read(_site.ProcessId), await _site.HeapMegabytesAsync()));
}
