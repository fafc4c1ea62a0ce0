using System.Diagnostics;
using System.Globalization;
using Gateway.Benchmarks.Operations;
using Gateway.Testing;

namespace Gateway.Benchmarks;

/// <summary>
/// What a request costs the gateway beyond bare YARP, less the kernel, and what it costs JwtBearer; the revocation list is empty. Each takes
/// part with three processes, since what the runtime makes of the same code differs from one to the next by a good part of what the gateway
/// costs; all take turns, and within a turn their medians are compared.
/// </summary>
internal static class PathCommand
{
    private const int Processes = 3;
    private const int WarmUps = 8;
    private const int Turns = 40;

    private static readonly (string Server, string Name)[] Servers = [("bare", "bare YARP"), ("stock", "JwtBearer"), ("gateway", "gateway")];

    public static async Task<int> RunAsync(PathLoad load)
    {
        var servers = Enumerable.Range(0, Processes).SelectMany(_ => Servers).Select(row => (row.Server, Process: Script.Start(
            "dotnet", [typeof(PathCommand).Assembly.Location, "path", row.Server, load.ToString()]))).ToList();
        var requests = load == PathLoad.New ? 4_000 : 20_000;
        var turns = new List<double[]>();
        for (var turn = -WarmUps; turn < Turns; turn++)
        {
            var times = new List<(string Server, double Nanoseconds)>();
            foreach (var (server, process) in turn % 2 == 0 ? servers : servers.AsEnumerable().Reverse())
            {
                await process.WriteLineAsync((turn < 0 ? 3 * requests : requests).ToString(CultureInfo.InvariantCulture));
                times.Add((server, double.Parse(await process.ReadLineAsync(), CultureInfo.InvariantCulture)));
            }

            if (turn >= 0)
            {
                turns.Add([.. Servers.Select(row => Median(times.Where(time => time.Server == row.Server).Select(time => time.Nanoseconds)))]);
            }
        }

        foreach (var (_, process) in servers)
        {
            await process.DisposeAsync();
        }

        for (var i = 0; i < Servers.Length; i++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Servers[i].Name}: {Median(turns.Select(turn => turn[i])):F0} ns a request, ")
                + Spread("{0:F0} ({1:F0} to {2:F0}) ns more than bare YARP, ", turns.Select(turn => turn[i] - turn[0]))
                + Spread("{0:F3} ({1:F3} to {2:F3}) times as much", turns.Select(turn => turn[i] / turn[0])));
        }

        return 0;
    }

    /// <summary>For each line, which is a number of requests, the nanoseconds that each of them took.</summary>
    public static async Task<int> ServeAsync(string server, PathLoad load)
    {
        await using var path = await RequestPath.StartAsync(server, load);
        while (Console.ReadLine() is { } line)
        {
            var count = int.Parse(line, CultureInfo.InvariantCulture);
            var started = Stopwatch.GetTimestamp();
            for (var request = 0; request < count; request++)
            {
                await path.SendAsync();
            }

            Console.WriteLine((Stopwatch.GetElapsedTime(started).TotalNanoseconds / count).ToString(CultureInfo.InvariantCulture));
        }

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
