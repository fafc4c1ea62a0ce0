using Gateway.Benchmarks.Load;
using Gateway.Benchmarks.Measure;
using Gateway.Benchmarks.Measure.Statistics;
using Gateway.LoadTests.Scenarios;

namespace Gateway.Benchmarks.Steady;

/// <summary>
/// Measures the slowest requests of the gateway and of bare YARP, in turns, at 30 % and 60 % of the machine's knee. The load is an open
/// loop: a latency counts from the time when the request was due. Fails when the p99 at 30 % is above its goal.
/// </summary>
internal static class TailCommand
{
    private const int FirstStep = 30, LastStep = 125, Step = 5;
    private static readonly int[] Shares = [30, 60];
    private static readonly TimeSpan SampleEvery = TimeSpan.FromMilliseconds(100);

    private static readonly int WarmUp = RotationCommand.Setting("WARM_UP", 10);
    private static readonly int Rounds = RotationCommand.Setting("ROUNDS", 10);
    private static readonly int Seconds = RotationCommand.Setting("SECONDS_EACH", 4);
    private static readonly int KneeMilliseconds = RotationCommand.Setting("KNEE_P99", 20);
    private static readonly int Observed = RotationCommand.Setting("OBSERVED", 3);

    public static async Task<int> RunAsync()
    {
        var (seed, limit) = (MeasureCommand.Seed(), MeasureCommand.Limits.TailP99);
        await using var servers = await SteadyServers.StartAsync();
        var knee = await FindKneeAsync(servers);
        Console.WriteLine($"knee: {knee} requests a second");
        var loads = Shares.Select(share => new TailLoad(share, knee * share / 100, Take(servers, knee * share / 100, seed))).ToList();
        List<TailObservation> observations = [];
        foreach (var server in servers.Both)
        {
            observations.Add(await TailObservation.RunAsync(server, loads[^1].Rate, Observed * Seconds, SampleEvery));
        }

        var isMet = loads[0].Ratio(result => result.Percentile(0.99), seed).Median <= limit;
        await DocsBlock.WriteAsync("tail", await ReportAsync(servers, knee, loads, observations, limit, seed), DocsBlock.Performance);
        return isMet ? 0 : 1;
    }

    /// <summary>The knee of bare YARP, which makes no checks. Each of the rising rates is tried for a second.</summary>
    private static async Task<int> FindKneeAsync(SteadyServers servers)
    {
        var most = 0.0;
        foreach (var server in servers.Both.Reverse())
        {
            most = (await LoadBySecond.RunAsync(server.Address, server.Request(), connections: 32, WarmUp)).Rate;
        }

        var knee = new Knee(KneeMilliseconds, failedShare: 0);
        for (var second = 0; FirstStep + (second * Step) <= LastStep; second++)
        {
            var (at, rate) = (TimeSpan.FromSeconds(second), (int)(most * (FirstStep + (second * Step)) / 100));
            using var loop = new OpenLoop(servers.Bare.Address, [servers.Bare.Request()], rate);
            loop.Run(1, (status, microseconds) => knee.Add(at, microseconds / 1000, status == 200));
        }

        return knee.Find() is > 0 and var found
            ? found
            : throw new InvalidOperationException($"No rate keeps the p99 below {KneeMilliseconds} ms: the machine is too busy.");
    }

    private static IReadOnlyList<OpenLoopResult>[] Take(SteadyServers servers, int rate, int seed)
    {
        var order = new TurnOrder<int>([0, 1], _ => 1, seed);
        List<OpenLoopResult>[] results = [[], []];
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (entry, _) in order.Next())
            {
                var server = servers.Both[entry];
                using var loop = new OpenLoop(server.Address, [server.Request()], rate);
                loop.Run(1);
                results[entry].Add(Checked(loop.Run(Seconds)));
            }
        }

        return results;
    }

    public static OpenLoopResult Checked(OpenLoopResult result) => result.Broken == 0 && result.Statuses.Keys.All(status => status == 200)
        ? result
        : throw new InvalidOperationException("A response had a status other than 200.");

    private static async Task<string> ReportAsync(
        SteadyServers servers, int knee, List<TailLoad> loads, List<TailObservation> observations, double limit, int seed)
    {
        var text = new ReportText();
        text.Line(
            $"{await DocsBlock.DescribeMachineAsync()}. Seed {seed}. The knee of bare YARP is at {knee:#,0} requests a second, where " +
            $"its p99 passes {KneeMilliseconds} ms. {Rounds} rounds of {Seconds} s. Times in milliseconds, of the median turn; ratios " +
            "with their 95 % interval.");
        text.Line();
        text.Line($"| Load | | p50 | p99 | p99.9 | client late, p99 | p99 over bare YARP | p99.9 over bare YARP |");
        text.Line($"| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var load in loads)
        {
            for (var i = 0; i < servers.Both.Count; i++)
            {
                var ratios = i == 0 ? " | " : $"{Ratio(load, 0.99)} | {Ratio(load, 0.999)}";
                text.Line(
                    $"| {load.Share} %, {load.Rate:#,0}/s | {servers.Both[i].Name} | {load.Median(i, 0.5):0.00} | " +
                    $"{load.Median(i, 0.99):0.00} | {load.Median(i, 0.999):0.00} | {load.Late(i):0.00} | {ratios} |");
            }
        }

        var p99 = loads[0].Ratio(result => result.Percentile(0.99), seed);
        text.Line();
        text.Line($"Goal: p99 at {Shares[0]} % at most {limit:0.00} of bare YARP; found {MeasureReport.Text(p99)}: {Verdict(p99, limit)}.");
        text.Line();
        text.Line($"What happened in {Observed * Seconds} s more at {Shares[^1]} %:");
        text.Line();
        text.Line($"| | {string.Join(" | ", servers.Both.Select(server => server.Name))} |");
        text.Line($"| --- |{string.Concat(servers.Both.Select(_ => " ---: |"))}");
        foreach (var (name, values) in TailObservation.Rows(observations))
        {
            text.Line($"| {name} | {string.Join(" | ", values)} |");
        }

        return text.ToString();

        string Ratio(TailLoad load, double share) => MeasureReport.Text(load.Ratio(result => result.Percentile(share), seed));
    }

    private static string Verdict(RatioEstimate ratio, double limit) => ratio.High <= limit ? "met"
        : ratio.Low > limit ? "**not met**"
        : "not decided, since the interval includes the limit";

    /// <param name="Results">A turn of each round, of bare YARP and of the gateway.</param>
    private sealed record TailLoad(int Share, int Rate, IReadOnlyList<OpenLoopResult>[] Results)
    {
        public double Median(int server, double share) =>
            RatioEstimate.MedianOf(Results[server].Select(result => result.Latency.Percentile(share))) / 1000;

        public double Late(int server) =>
            RatioEstimate.MedianOf(Results[server].Select(result => result.Lateness.Percentile(0.99))) / 1000;

        public RatioEstimate Ratio(Func<LatencyHistogram, double> figure, int seed) => RatioEstimate.Of(
            [.. Results[1].Select(result => figure(result.Latency))], [.. Results[0].Select(result => figure(result.Latency))], seed);
    }
}
