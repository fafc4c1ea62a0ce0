using System.Diagnostics;
using System.Globalization;
using Gateway.Benchmarks.Operations;
using Gateway.Testing;

namespace Gateway.Benchmarks;

/// <summary>
/// What a request with a known token costs the gateway beyond bare YARP, less the kernel; the revocation list is empty. Each takes part with
/// three processes, since what the runtime makes of the same code differs from one to the next by a good part of what the gateway costs; all
/// take turns, and within a turn their medians are compared.
/// </summary>
internal static class PathCommand
{
    public const string Browser = "browser";

    private const int Processes = 3;
    private const int WarmUps = 8;
    private const int Turns = 40;
    private const int Requests = 20_000;

    private static readonly string[] Servers = [nameof(RequestPathBenchmarks.BareYarp), nameof(RequestPathBenchmarks.Gateway)];

    /// <param name="isBrowser">Whether the request has a browser's headers, or none but Host and Authorization.</param>
    public static async Task<int> RunAsync(bool isBrowser)
    {
        string[] options = isBrowser ? [Browser] : [];
        var servers = Enumerable.Range(0, Processes).SelectMany(_ => Servers)
            .Select(name => (Name: name, Process: Script.Start("dotnet", [typeof(PathCommand).Assembly.Location, "path", name, .. options]))).ToList();
        var turns = new List<double[]>();
        for (var turn = -WarmUps; turn < Turns; turn++)
        {
            var times = new List<(string Name, double Nanoseconds)>();
            foreach (var (name, process) in turn % 2 == 0 ? servers : servers.AsEnumerable().Reverse())
            {
                await process.WriteLineAsync((turn < 0 ? 3 * Requests : Requests).ToString(CultureInfo.InvariantCulture));
                times.Add((name, double.Parse(await process.ReadLineAsync(), CultureInfo.InvariantCulture)));
            }

            if (turn >= 0)
            {
                turns.Add([.. Servers.Select(name => Median(times.Where(time => time.Name == name).Select(time => time.Nanoseconds)))]);
            }
        }

        foreach (var (_, process) in servers)
        {
            await process.DisposeAsync();
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"bare YARP {Median(turns.Select(turn => turn[0])):F0} ns a request, gateway {Median(turns.Select(turn => turn[1])):F0} ns"));
        Console.WriteLine(Spread("{0:F0} ({1:F0} to {2:F0}) ns more", turns.Select(turn => turn[1] - turn[0])));
        Console.WriteLine(Spread("{0:F3} ({1:F3} to {2:F3}) times as much", turns.Select(turn => turn[1] / turn[0])));
        return 0;
    }

    /// <summary>For each line, which is a number of requests, the nanoseconds that each of them took.</summary>
    public static async Task<int> ServeAsync(string name, bool isBrowser)
    {
        if (!Servers.Contains(name))
        {
            throw new ArgumentException($"Known servers: {string.Join(", ", Servers)}.", nameof(name));
        }

        var path = new RequestPathBenchmarks { IsBrowser = isBrowser };
        var isBare = name == Servers[0];
        await (isBare ? path.PrepareBareAsync() : path.PrepareGatewayAsync());
        while (Console.ReadLine() is { } line)
        {
            var count = int.Parse(line, CultureInfo.InvariantCulture);
            var started = Stopwatch.GetTimestamp();
            for (var request = 0; request < count; request++)
            {
                await (isBare ? path.BareYarp() : path.Gateway());
            }

            Console.WriteLine((Stopwatch.GetElapsedTime(started).TotalNanoseconds / count).ToString(CultureInfo.InvariantCulture));
        }

        await path.EndAsync();
        return 0;
    }

    private static string Spread(string format, IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return string.Format(CultureInfo.InvariantCulture, format, Median(sorted), sorted[0], sorted[^1]);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
