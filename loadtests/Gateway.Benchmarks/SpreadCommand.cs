using Gateway.Testing;
using Gateway.Testing.Drills;

namespace Gateway.Benchmarks;

/// <summary>
/// How long until every replica rejects what one of them was told to revoke: by an operator, or with <c>BY=event</c> by a security event of
/// the issuer. Fails when the slowest hundredth takes more than 100 ms, or 150 ms for an event.
/// </summary>
internal static class SpreadCommand
{
    private static readonly double[] Edges = [0, 2, 5, 10, 15, 20, 30, 50, 100, double.PositiveInfinity];

    public static async Task<int> RunAsync()
    {
        var (count, rate, gateways) =
            (RotationCommand.Setting("COUNT", 1000), RotationCommand.Setting("RATE", 100), RotationCommand.Setting("GATEWAYS", 3));
        await using var redis = await RedisServer.StartAsync();
        await using var site = await RevocationSite.StartAsync(redis.Connection, gateways, TimeSpan.FromSeconds(10));
        var isEvent = Environment.GetEnvironmentVariable("BY") == "event";
        var limit = isEvent ? 150 : 100;
        var spreads = await SpreadDrill.RunAsync(site, count, rate, isEvent ? site.PushEventAsync : site.RevokeAsync);
        await DocsBlock.WriteAsync(
            isEvent ? "spread-by-event" : "spread",
            await ReportAsync(spreads, isEvent ? "security events" : "revocations", count, rate, gateways));
        var isGood =
            Enumerable.Range(0, gateways).All(gateway => Of(spreads, gateway, spread => spread.SinceAsked).Percentile(0.99) <= limit);
        Console.WriteLine(isGood ? $"Within {limit} ms at p99 on every replica." : $"More than {limit} ms at p99.");
        return isGood ? 0 : 1;
    }

    private static async Task<string> ReportAsync(IReadOnlyList<Spread> spreads, string what, int count, int rate, int gateways)
    {
        var text = new ReportText();
        text.Line(
            $"{await DocsBlock.DescribeAsync()}. {count} {what} one after another at replica 1, {rate} requests a second to each of " +
            $"the {gateways} replicas.");
        text.Line();
        text.Line($"| Milliseconds until rejected by | p50 | p95 | p99 | max | p50 after the answer | p99 after the answer |");
        text.Line($"| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        for (var gateway = 0; gateway < gateways; gateway++)
        {
            var (asked, answered) =
                (Of(spreads, gateway, spread => spread.SinceAsked), Of(spreads, gateway, spread => spread.SinceAnswered));
            text.Line(
                $"| replica {gateway + 1} | {asked.Percentile(0.5):0.0} | {asked.Percentile(0.95):0.0} | {asked.Percentile(0.99):0.0} " +
                $"| {asked.Max:0.0} | {answered.Percentile(0.5):0.0} | {answered.Percentile(0.99):0.0} |");
        }

        text.Line();
        text.Line($"| Milliseconds | Share | |");
        text.Line($"| --- | ---: | --- |");
        var all = new Times(spreads.Select(spread => spread.SinceAsked));
        foreach (var (lower, upper) in Edges.Zip(Edges.Skip(1)))
        {
            var share = (double)all.Between(lower, upper) / all.Count;
            var name = double.IsPositiveInfinity(upper) ? $"more than {lower}" : $"{lower} to {upper}";
            text.Line($"| {name} | {share:0.0%} | {new string('█', (int)Math.Round(share * 40))} |");
        }

        return text.ToString();
    }

    private static Times Of(IEnumerable<Spread> spreads, int gateway, Func<Spread, double> time) =>
        new(spreads.Where(spread => spread.Gateway == gateway).Select(time));
}
