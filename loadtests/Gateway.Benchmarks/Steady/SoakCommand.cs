using Gateway.Benchmarks.Measure.Statistics;
using Gateway.Testing.Drills;

namespace Gateway.Benchmarks.Steady;

/// <summary>
/// A gateway under everything that changes in a deployment, for half an hour: its memory, open files and threads may not grow, and every
/// response must be one that is expected.
/// </summary>
internal static class SoakCommand
{
    private const int Parts = 25;
    private static readonly TimeSpan SettleIn = TimeSpan.FromMinutes(5);

    /// <summary>What may grow in an hour: memory as a share of its mean, the others in number.</summary>
    private const double MemoryGrowth = 0.05, HandleGrowth = 10, ThreadGrowth = 5;

    // A leak of one open file for each request, token or restart is found in seconds; anything slower needs the long run.
    private const int BriefHandleGrowth = 50;

    public static async Task<int> RunAsync()
    {
        var length = TimeSpan.FromMinutes(RotationCommand.Setting("MINUTES", 30));
        // Tokens live shorter than a rotation takes, since the key before the last is no longer published.
        var plan = new SoakPlan(
            length, RotationCommand.Setting("RATE", 100), NewTokens: 20, Revoked: 2, TokenLife: TimeSpan.FromSeconds(20),
            ReloadEvery: TimeSpan.FromSeconds(15), RotateEvery: TimeSpan.FromSeconds(45), RestartEvery: TimeSpan.FromSeconds(20),
            SampleEvery: TimeSpan.FromSeconds(5));
        await using var site = await SoakSite.StartAsync(isPublished: true);
        var soak = await Soak.RunAsync(site, plan);
        // A trial that is shorter than ten minutes shows half of itself.
        var from = length > 2 * SettleIn ? SettleIn : length / 2;
        var part = TimeSpan.FromTicks(Math.Max((length - from).Ticks / Parts, plan.SampleEvery.Ticks));
        List<SoakSample> counted = [.. soak.Samples.Where(sample => sample.At >= from)];
        List<Figure> figures =
        [
            Figure.Of("resident memory, MiB", counted, part, sample => sample.Process.ResidentMegabytes, mean => mean * MemoryGrowth),
            Figure.Of(
                "managed heap after the last collection, MiB", counted, part, sample => sample.HeapMegabytes, mean => mean * MemoryGrowth),
            Figure.Of("open files", counted, part, sample => sample.Process.Handles, _ => HandleGrowth),
            Figure.Of("threads", counted, part, sample => sample.Process.Threads, _ => ThreadGrowth),
        ];
        await DocsBlock.WriteAsync("soak", await ReportAsync(soak, site, plan, figures, from), DocsBlock.Performance);
        List<string> faults =
            [.. figures.Where(figure => figure.Grows).Select(figure => $"{figure.Name}: grows"), .. soak.Verdict.Examples];
        faults.ForEach(Console.WriteLine);
        return faults.Count == 0 ? 0 : 1;
    }

    /// <summary>Some twenty seconds of the same with more churn, for every change of the gateway.</summary>
    public static async Task<int> RunBrieflyAsync()
    {
        var plan = new SoakPlan(
            TimeSpan.FromSeconds(20), PerSecond: 60, NewTokens: 10, Revoked: 2, TokenLife: TimeSpan.FromSeconds(5),
            ReloadEvery: TimeSpan.FromSeconds(3), RotateEvery: TimeSpan.FromSeconds(8), RestartEvery: TimeSpan.FromSeconds(5),
            SampleEvery: TimeSpan.FromMilliseconds(500));
        await using var site = await SoakSite.StartAsync(isPublished: false);
        var soak = await Soak.RunAsync(site, plan);
        List<string> faults = [.. soak.Verdict.Examples];
        // Medians: a machine that is busy for a moment keeps more connections open.
        var (middle, end) = (Handles(soak, plan.Length / 3, plan.Length * 2 / 3), Handles(soak, plan.Length * 2 / 3, plan.Length));
        if (end - middle > BriefHandleGrowth)
        {
            faults.Add($"Open files went from {middle} to {end} in {plan.Length.TotalSeconds / 3:0} s.");
        }

        Console.WriteLine($"soak: {Describe(soak, site)}; open files {middle} and then {end}; {soak.Verdict.Unexpected} unexpected.");
        faults.ForEach(Console.Error.WriteLine);
        return faults.Count == 0 ? 0 : 1;
    }

    private static double Handles(Soak soak, TimeSpan from, TimeSpan until) => RatioEstimate.MedianOf(
        soak.Samples.Where(sample => sample.At >= from && sample.At < until).Select(sample => (double)sample.Process.Handles));

    private static string Describe(Soak soak, SoakSite site) =>
        $"{soak.Verdict.Counts.Values.Sum()} responses, {site.Tokens} tokens, {soak.Revocations} revocations ({soak.RevocationRetries} " +
            $"tried again), {site.Rotations} rotations, {site.Reloads} reloads, {soak.Restarts} restarts";

    private static async Task<string> ReportAsync(Soak soak, SoakSite site, SoakPlan plan, IEnumerable<Figure> figures, TimeSpan from)
    {
        var text = new ReportText();
        text.Line(
            $"{await DocsBlock.DescribeAsync()}. {plan.Length.TotalMinutes:0} minutes, {plan.PerSecond} requests a second: " +
            $"{Describe(soak, site)}. Slopes are of least squares through {Parts} medians of the time after the first " +
            $"{from.TotalMinutes:0} minutes, with the 95 % interval.");
        text.Line();
        text.Line($"| | mean | slope an hour | interval | grows |");
        text.Line($"| --- | ---: | ---: | ---: | --- |");
        foreach (var figure in figures)
        {
            text.Line(
                $"| {figure.Name} | {figure.Slope.Mean:0.0} | {figure.Slope.PerHour:+0.0;-0.0;0.0} | {figure.Slope.Lower:0.0} to " +
                $"{figure.Slope.Upper:0.0} | {(figure.Grows ? "**yes**" : "no")} |");
        }

        text.Line();
        text.Line($"| Token, and status of the response | responses |");
        text.Line($"| --- | ---: |");
        foreach (var (name, count) in soak.Verdict.Counts)
        {
            text.Line($"| {name} | {count:#,0} |");
        }

        text.Line($"| unexpected | {soak.Verdict.Unexpected} |");
        return text.ToString();
    }

    private sealed record Figure(string Name, Slope Slope, bool Grows)
    {
        public static Figure Of(
            string name, IEnumerable<SoakSample> samples, TimeSpan part, Func<SoakSample, double> value, Func<double, double> limit)
        {
            var slope = Slope.OfMedians([.. samples.Select(sample => (sample.At, value(sample)))], part);
            return new Figure(name, slope, slope.Grows(limit(slope.Mean)));
        }
    }
}
