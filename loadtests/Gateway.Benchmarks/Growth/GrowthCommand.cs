using Gateway.Benchmarks.Load;
using Gateway.Benchmarks.Measure;
using Gateway.Benchmarks.Measure.Statistics;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.Benchmarks.Growth;

/// <summary>
/// Measures the cost of a gateway as its configuration and load grow: processor time a request, memory, time to ready, time of a reload,
/// and the p99 of requests while the largest configuration is reloaded. Fails when a goal is missed.
/// </summary>
internal static class GrowthCommand
{
    private static readonly int Rounds = RotationCommand.Setting("ROUNDS", 10);
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(RotationCommand.Setting("TURN", 500));
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(RotationCommand.Setting("WARM_UP", 8));
    private static readonly int Reloads = RotationCommand.Setting("RELOADS", 3);
    private static readonly int Rate = RotationCommand.Setting("RATE", 500);
    private static readonly int LoadRounds = RotationCommand.Setting("LOAD_ROUNDS", 4);
    private static readonly int LoadSeconds = RotationCommand.Setting("LOAD_SECONDS", 10);

    public static async Task<int> RunAsync()
    {
        var seed = MeasureCommand.Seed();
        await using var destination = await LoopbackServer.StartAsync(context =>
        {
            context.Response.ContentLength = 2;
            return context.Response.WriteAsync("ok");
        });
        var found = new List<GrowthResult>();
        RatioEstimate? tail = null;
        foreach (var series in GrowthSeries.All)
        {
            List<GrowthGateway> gateways = [];
            try
            {
                foreach (var count in series.Counts)
                {
                    var gateway = await GrowthGateway.StartAsync(series.SizeOf(count), destination.Address);
                    gateways.Add(gateway);
                    gateway.WarmUp(WarmUp);
                    Console.WriteLine(
                        $"{series.Name} {count}: ready in {gateway.Ready.Seconds:0.00} s " +
                            $"({gateway.Ready.ProcessorSeconds:0.00} of processor), warm");
                }

                found.Add(await MeasureAsync(series, gateways, seed));
                tail ??= await TailAsync(gateways[^1], seed);
            }
            finally
            {
                foreach (var gateway in gateways)
                {
                    await gateway.DisposeAsync();
                }
            }
        }

        var report = new GrowthReport(found, tail!, MeasureCommand.Limits, seed);
        await report.DrawAsync();
        await DocsBlock.WriteAsync("growth", await report.WriteAsync(Rounds, Turn, Rate, LoadSeconds), DocsBlock.Performance);
        return report.IsMet ? 0 : 1;
    }

    private static async Task<GrowthResult> MeasureAsync(GrowthSeries series, List<GrowthGateway> gateways, int seed)
    {
        var order = new TurnOrder<int>([.. Enumerable.Range(0, gateways.Count)], _ => 1, seed);
        var samples = gateways.ConvertAll(_ => new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (entry, _) in order.Next())
            {
                samples[entry].Add(gateways[entry].Turn(Turn).Microseconds);
            }
        }

        var points = new List<GrowthPoint>();
        for (var i = 0; i < gateways.Count; i++)
        {
            var memory = gateways[i].ResidentMegabytes;
            List<GrowthTime> reloads = [];
            while (reloads.Count < Reloads)
            {
                reloads.Add(await gateways[i].ReloadAsync());
            }

            if (!await gateways[i].HasReloadedAsync())
            {
                throw new InvalidOperationException($"{series.Name} {series.Counts[i]}: the reloaded file does not route.");
            }

            points.Add(new GrowthPoint(
                series.Counts[i], samples[i], memory, gateways[i].Ready,
                new GrowthTime(
                    RatioEstimate.MedianOf(reloads.Select(reload => reload.Seconds)),
                    RatioEstimate.MedianOf(reloads.Select(reload => reload.ProcessorSeconds)))));
        }

        return new GrowthResult(series.Name, points);
    }

    /// <summary>
    /// The p99 of requests at a steady rate in a turn in which the file is reloaded once, over the p99 of a turn without.
    /// </summary>
    private static async Task<RatioEstimate> TailAsync(GrowthGateway gateway, int seed)
    {
        var order = new TurnOrder<bool>([false, true], _ => 1, seed);
        List<double>[] p99 = [[], []];
        using var loop = new OpenLoop(gateway.Address, gateway.Requests, Rate);
        for (var round = 0; round < LoadRounds; round++)
        {
            foreach (var (entry, _) in order.Next())
            {
                var load = Task.Factory.StartNew(
                    () => loop.Run(LoadSeconds), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                if (entry == 1)
                {
                    await gateway.ReloadAsync();
                }

                var result = await load;
                if (result.Broken > 0 || result.Statuses.Keys.Any(status => status != 200))
                {
                    throw new InvalidOperationException("A response had a status other than 200.");
                }

                p99[entry].Add(result.Latency.Percentile(0.99));
            }
        }

        return RatioEstimate.Of(p99[1], p99[0], seed);
    }
}
