using System.Globalization;
using System.Text;
using Gateway.Benchmarks.Measure;
using Gateway.Benchmarks.Measure.Load;
using Gateway.Benchmarks.Measure.Peers;
using Gateway.Benchmarks.Measure.Plan;
using Gateway.Benchmarks.Measure.Statistics;

namespace Gateway.Benchmarks.Steady;

/// <summary>
/// How long the published gateway takes from the start of its process to its first 200 for a request with a token; bare YARP beside it,
/// compiled as it runs. Fails above the limit of loadtests/measure.json.
/// </summary>
internal static class StartCommand
{
    private static readonly int Rounds = RotationCommand.Setting("ROUNDS", 10);

    public static async Task<int> RunAsync()
    {
        var artifacts = Path.Combine(Testing.Script.Root, "artifacts", "measure");
        var plan = MeasureCommand.ReadPlan(isQuick: false).Quick();
        await using var site = await MeasureSite.StartAsync(
            MeasureCommand.TokensFolder(artifacts, plan), Path.Combine(artifacts, "product"), CancellationToken.None);
        using var sources = new RequestSources(site, plan);
        var (factory, source) = (new PeerFactory(site), sources.Of(TokenKind.Known));
        var (bare, gateway) = (new List<double>(), new List<double>());
        // The first start of each reads its files from disk and does not count.
        for (var round = -1; round < Rounds; round++)
        {
            foreach (var (kind, times) in new[] { (PeerKind.Bare, bare), (PeerKind.Gateway, gateway) })
            {
                var start = TimeProvider.System.GetTimestamp();
                await using var peer = factory.Start(kind);
                await PeerCheck.RunAsync(peer, Transport.Http1, source, CancellationToken.None);
                if (round >= 0)
                {
                    times.Add(TimeProvider.System.GetElapsedTime(start).TotalSeconds);
                }
            }
        }

        var (limit, found) = (MeasureCommand.Limits.StartSeconds, RatioEstimate.MedianOf(gateway));
        var text = new StringBuilder()
            .Append(await DocsBlock.DescribeMachineAsync())
            .Append(CultureInfo.InvariantCulture, $". {Rounds} starts of each, in turn. The limit is {limit:0.##} s.\n\n")
            .Append("| | seconds to the first 200 | lowest and highest |\n| --- | ---: | ---: |\n");
        foreach (var (name, times) in new[] { ("bare YARP", bare), ("Gateway", gateway) })
        {
            var median = RatioEstimate.MedianOf(times);
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {median:0.00} | {times.Min():0.00} to {times.Max():0.00} |\n");
        }

        await DocsBlock.WriteAsync("start", text.ToString().TrimEnd(), DocsBlock.Performance);
        return found <= limit ? 0 : 1;
    }
}
