using System.Text.Json.Nodes;

namespace Gateway.Testing.Drills;

/// <summary>How long and how hard.</summary>
/// <param name="BetweenSearches">Lets the half minute pass in which one search for an unknown key is all there is.</param>
internal sealed record DrillPlan(int PerSecond, TimeSpan Phase, TimeSpan Outage, Action BetweenSearches);

/// <summary>One row of the drill's table.</summary>
/// <param name="FirstProblem">Why the first valid token was rejected.</param>
internal sealed record DrillPhase(
    string Name, int Requests, int Succeeded, int RejectedValid, int Removed, int RejectedRemoved, int Fetches, double P99,
    string? FirstProblem);

/// <summary>
/// A provider is rotated, robbed of a key, killed and started again while clients call through the gateway with old and new tokens.
/// Not one valid token may be rejected.
/// </summary>
internal sealed class RotationDrill(RotatingProvider provider, TestGateway gateway, FetchCount fetches, DrillPlan plan) : IAsyncDisposable
{
    private const int TokensOfAKey = 10;

    private readonly Traffic _traffic = new(gateway.Client, plan.PerSecond);
    private readonly List<DrillPhase> _phases = [];

    public static JsonObject Configuration(string issuer, RecordingDestination destination)
    {
        var configuration = TestGateway.Configuration(destination);
        configuration["Gateway"]!["Issuers"]!["shop"] = new JsonObject
        {
            ["Issuer"] = issuer,
            ["Audiences"] = new JsonArray("shop-api"),
            ["Keys"] = new JsonObject { ["Discovery"] = true },
        };
        return configuration;
    }

    public async Task<IReadOnlyList<DrillPhase>> RunAsync()
    {
        var old = await TokensAsync();
        _traffic.Tokens = old;
        _traffic.Start();
        await PhaseAsync("steady", () => Task.CompletedTask);

        await PhaseAsync("rotation with overlap", async () =>
        {
            await provider.RotateAsync(dropOld: false);
            _traffic.Tokens = [.. old, .. await TokensAsync()];
        });

        await PhaseAsync("rotation without overlap", async () =>
        {
            // In this moment the provider makes its own old tokens worthless; they are not sent until it has.
            old = [.. _traffic.Tokens];
            _traffic.Tokens = [];
            await _traffic.SettleAsync();
            await provider.RotateAsync(dropOld: true);
            _traffic.Tokens = await TokensAsync();
        });

        await PhaseAsync("two keys published", async () =>
        {
            old = [.. _traffic.Tokens];
            await provider.RotateAsync(dropOld: false);
            _traffic.Tokens = [.. old, .. await TokensAsync()];
        });

        await PhaseAsync("compromised key removed", async () =>
        {
            var current = _traffic.Tokens.Except(old).ToList();
            _traffic.Tokens = current;
            await _traffic.SettleAsync();
            await provider.DropOldAsync();
            await RefreshAsync();
            _traffic.Tokens = [.. current, .. old.Select(token => token with { IsRemoved = true })];
            await WaitAsync(plan.Phase / 10);
            _traffic.Tokens = current;
        });

        _traffic.Tokens = await TokensAsync();
        await PhaseAsync(
            "provider killed",
            async () =>
            {
                await provider.KillAsync();
                // The next refresh in the background may be minutes away; this one fails now.
                await RefreshAsync(isAlive: false);
            },
            plan.Outage);
        await PhaseAsync("provider back", provider.StartAgainAsync);
        await PhaseAsync("rotation afterwards", async () =>
        {
            old = [.. _traffic.Tokens];
            await provider.RotateAsync(dropOld: false);
            _traffic.Tokens = [.. old, .. await TokensAsync()];
        });
        return _phases;
    }

    public ValueTask DisposeAsync() => _traffic.DisposeAsync();

    private async Task PhaseAsync(string name, Func<Task> action, TimeSpan? length = null)
    {
        plan.BetweenSearches();
        var before = fetches.Value;
        _traffic.Take();
        await action();
        await WaitAsync(length ?? plan.Phase);
        var answers = _traffic.Take();
        var valid = answers.Where(answer => !answer.IsRemoved).ToList();
        var removed = answers.Where(answer => answer.IsRemoved).ToList();
        var times = valid.Select(answer => answer.Milliseconds).Order().ToList();
        _phases.Add(new DrillPhase(
            name,
            answers.Count,
            answers.Count(answer => answer.Status == 200),
            valid.Count(answer => answer.Status != 200),
            removed.Count,
            removed.Count(answer => answer.Status == 401),
            fetches.Value - before,
            times.Count == 0 ? 0 : times[(int)(times.Count * 0.99)],
            valid.Find(answer => answer.Status != 200).Problem));
    }

    private async Task<List<TrafficToken>> TokensAsync()
    {
        var tokens = new List<TrafficToken>();
        while (tokens.Count < TokensOfAKey)
        {
            tokens.Add(new TrafficToken(await provider.TokenAsync()));
        }

        return tokens;
    }

    private async Task RefreshAsync(bool isAlive = true)
    {
        using var client = new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) };
        using var answer = await client.PostAsync(new Uri("/admin/issuers/shop/refresh", UriKind.Relative), null);
        if (answer.IsSuccessStatusCode != isAlive)
        {
            throw new InvalidOperationException($"The refresh was answered with {(int)answer.StatusCode}.");
        }
    }

    // The length of a phase is what a drill is made of, not a wait for something to happen.
    private static Task WaitAsync(TimeSpan length) => Task.Delay(length, TimeProvider.System);
}
