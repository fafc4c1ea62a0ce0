using System.Net;
using Gateway.Testing;
using Gateway.Testing.Drills;

namespace Gateway.Benchmarks;

/// <summary>
/// Good traffic with and without a flood of tokens that each name a key that no issuer has. The third leg floods with tokens that are
/// rejected before any key is looked for, so that the price of a request as such can be told from the price of an unknown key.
/// </summary>
internal static class UnknownKeysCommand
{
    private const double Target = 1.2;
    private const int SearchSeconds = 30;

    private static readonly string[] Legs = ["without", "unknown keys", "wrong audience"];

    public static async Task<int> RunAsync()
    {
        var (rate, flood) = (RotationCommand.Setting("RATE", 200), RotationCommand.Setting("FLOOD", 1000));
        var (seconds, rounds) = (RotationCommand.Setting("SECONDS_EACH", 10), RotationCommand.Setting("ROUNDS", 2));
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        await using var gateway = await DrillGateway.StartAsync(RotationDrill.Configuration(issuer.Issuer, destination));
        using var goodClient = Client(gateway.Address);
        using var floodClient = Client(gateway.Address);
        await using var good = new Traffic(goodClient, rate) { Tokens = [new TrafficToken(issuer.Token().Build())] };
        await using var bad = new Traffic(floodClient, flood);
        // Made beforehand, so that making them disturbs no leg. Every key id is new, in each round.
        var floods =
            Enumerable.Range(0, rounds * Legs.Length).Select(leg => Flood(Legs[leg % Legs.Length], issuer, flood * seconds)).ToArray();
        var warmUp = floods.Skip(1).Take(2).Select(tokens => tokens.TakeLast(flood)).SelectMany(tokens => tokens).ToList();
        good.Start();
        bad.Start();

        // Once through everything for the compiler and the connections.
        bad.Tokens = warmUp;
        await Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);
        var (before, start, fetches) = (await gateway.MemoryAsync(), TimeProvider.System.GetTimestamp(), issuer.KeyRequests);
        var times = Legs.ToDictionary(leg => leg, _ => new List<double>());
        Console.WriteLine($"{"leg",-18}{"good",7}{"not 200",9}{"p50 ms",9}{"p99 ms",9}{"flood",8}{"401",8}{"other",7}{"fetches",9}");
        for (var leg = 0; leg < rounds * Legs.Length; leg++)
        {
            var kind = leg % Legs.Length;
            bad.Tokens = floods[leg];
            await bad.SettleAsync();
            GC.Collect();
            good.Take();
            bad.Take();
            var asked = issuer.KeyRequests;
            await Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);
            var (answers, rejected) = (good.Take(), bad.Take());
            var sorted = answers.Select(answer => answer.Milliseconds).Order().ToList();
            times[Legs[kind]].AddRange(sorted);
            Console.WriteLine(
                $"{Legs[kind],-18}{answers.Count,7}{answers.Count(answer => answer.Status != 200),9}" +
                $"{Percentile(sorted, 0.5),9:0.0}{Percentile(sorted, 0.99),9:0.0}" +
                $"{rejected.Count,8}{rejected.Count(answer => answer.Status == 401),8}" +
                $"{rejected.Count(answer => answer.Status != 401),7}{issuer.KeyRequests - asked,9}");
        }

        bad.Tokens = [];
        var after = await gateway.MemoryAsync();
        var elapsed = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        var (baseline, flooded, control) = (P99(times[Legs[0]]), P99(times[Legs[1]]), P99(times[Legs[2]]));
        Console.WriteLine(
            $"fetches {issuer.KeyRequests - fetches} in {elapsed:0} s (at most {(elapsed / SearchSeconds) + 1:0} for unknown keys)");
        Console.WriteLine($"heap {before.Heap:0.0} -> {after.Heap:0.0} MiB, working set {before.WorkingSet:0} -> {after.WorkingSet:0} MiB");
        Console.WriteLine(
            $"p99 of good traffic: without {baseline:0.0} ms, unknown keys {flooded:0.0} ms, wrong audience {control:0.0} ms");
        Console.WriteLine($"ratio {flooded / baseline:0.00} (target {Target}), of which the flood as such {control / baseline:0.00}");
        return 0;
    }

    private static HttpClient Client(string address) =>
        new(new SocketsHttpHandler { UseCookies = false, UseProxy = false, MaxConnectionsPerServer = 64 })
        {
            BaseAddress = new Uri(address),
            DefaultRequestVersion = HttpVersion.Version11,
            Timeout = TimeSpan.FromSeconds(30),
        };

    private static List<TrafficToken> Flood(string leg, FakeIssuer issuer, int count)
    {
        if (leg == Legs[0])
        {
            return [];
        }

        if (leg == Legs[2])
        {
            return [new TrafficToken(issuer.Token().With("aud", "another-api").Build())];
        }

        // Only the header differs; nobody gets as far as the signature.
        var parts = issuer.Token().Build().Split('.');
        return
        [
            .. Enumerable.Range(0, count).Select(_ => new TrafficToken(
                $"{TokenBuilder.Encode($$"""{"alg":"RS256","typ":"at+jwt","kid":"{{Guid.NewGuid():N}}"}""")}.{parts[1]}.{parts[2]}")),
        ];
    }

    private static double P99(List<double> times) => Percentile([.. times.Order()], 0.99);

    private static double Percentile(List<double> sorted, double share) => sorted.Count == 0 ? 0 : sorted[(int)(sorted.Count * share)];
}
