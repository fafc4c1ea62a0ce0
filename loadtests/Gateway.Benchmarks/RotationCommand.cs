using System.Globalization;
using Gateway.Testing;
using Gateway.Testing.Drills;

namespace Gateway.Benchmarks;

/// <summary>The rotation drill at full length, with the double and with npm oidc-provider. Fails when a valid token was rejected.</summary>
internal static class RotationCommand
{
    public static async Task<int> RunAsync()
    {
        var plan = new DrillPlan(
            Setting("RATE", 200), TimeSpan.FromSeconds(Setting("PHASE", 35)), TimeSpan.FromSeconds(Setting("OUTAGE", 60)), () => { });
        var providers = (Environment.GetEnvironmentVariable("PROVIDERS") ?? "double oidc-provider").Split(' ');
        var isGood = true;
        foreach (var name in providers)
        {
            Console.WriteLine($"{name}, {plan.PerSecond} requests a second");
            Console.WriteLine(
                $"{"phase",-26}{"requests",9}{"2xx",8}{"rejected valid",15}{"removed",9}{"rejected removed",17}{"loads",7}{"p99 ms",9}");
            await using RotatingProvider provider = name == "double"
                ? await FakeRotatingProvider.StartAsync()
                : await OidcRotatingProvider.StartAsync();
            foreach (var phase in await RunAsync(provider, plan))
            {
                Console.WriteLine(
                    $"{phase.Name,-26}{phase.Requests,9}{phase.Succeeded,8}{phase.RejectedValid,15}" +
                    $"{phase.Removed,9}{phase.RejectedRemoved,17}{phase.Fetches,7}{phase.P99,9:0.0}  {phase.FirstProblem}");
                isGood &= phase.RejectedValid == 0 && phase.RejectedRemoved == phase.Removed;
            }
        }

        Console.WriteLine(isGood ? "Not one valid token was rejected." : "A valid token was rejected, or a removed one was not.");
        return isGood ? 0 : 1;
    }

    public static int Setting(string name, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : standard;

    private static async Task<IReadOnlyList<DrillPhase>> RunAsync(RotatingProvider provider, DrillPlan plan)
    {
        await using var destination = await RecordingDestination.StartAsync();
        await using var gateway = await TestGateway.StartAsync(RotationDrill.Configuration(provider.Issuer, destination));
        using var fetches = new FetchCount(gateway);
        await using var drill = new RotationDrill(provider, gateway, fetches, plan);
        return await drill.RunAsync();
    }
}
