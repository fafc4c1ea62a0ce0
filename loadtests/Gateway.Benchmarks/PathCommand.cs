using System.Diagnostics;
using System.Globalization;
using Gateway.Benchmarks.Operations;
using Gateway.Testing;

namespace Gateway.Benchmarks;

/// <summary>
/// What a request costs the gateway beyond bare YARP, less the kernel, and what it costs JwtBearer; the revocation list is empty. Each
/// takes part with three processes, since what the runtime makes of the same code differs from one to the next by a good part of what the
/// gateway costs; all take turns, and within a turn their medians are compared. With another build of this program, the gateway in it takes
/// part in place of the two others.
/// </summary>
internal static class PathCommand
{
    private const int Processes = 3;
    private const int WarmUps = 8;
    private const int Turns = 40;

    private static readonly string Program = typeof(PathCommand).Assembly.Location;

    private static readonly Row[] Servers =
        [new("bare", "bare YARP", Program), new("stock", "JwtBearer", Program), new("gateway", "gateway", Program)];

    /// <param name="before">Another build of this program, whose gateway this one's is compared with; null for the other servers.</param>
    public static Task<int> RunAsync(string name, string? before = null) =>
        RunAsync(
            name, before is null ? Servers : [new Row("gateway", "gateway before", before), new Row("gateway", "gateway after", Program)]);

    /// <summary>What the signed assertion costs a request.</summary>
    public static Task<int> RunWithAssertionAsync(string name) =>
        RunAsync(name, [new Row("gateway", "gateway", Program), new Row("asserting", "gateway with assertion", Program)]);

    private static async Task<int> RunAsync(string name, Row[] rows)
    {
        var load = LoadOf(name);
        var servers = Enumerable.Range(0, Processes).SelectMany(_ => rows)
            .Select(row => (Row: row, Process: Script.Start("dotnet", [row.Program, "path", row.Server, load.ToString()]))).ToList();
        var turns = new List<double[]>();
        for (var turn = -WarmUps; turn < Turns; turn++)
        {
            var times = new List<(Row Row, double Nanoseconds)>();
            foreach (var (row, process) in turn % 2 == 0 ? servers : servers.AsEnumerable().Reverse())
            {
                // Turns of about the same length: a server that verifies a signature each time gets fewer requests. Two gateways differ
                // little, so they take turns more often: other load on the machine then affects both.
                var requests = (load == PathLoad.New || row.Server == "stock" ? 4_000 : 20_000) / (rows == Servers ? 1 : 8);
                await process.WriteLineAsync((turn < 0 ? 3 * requests : requests).ToString(CultureInfo.InvariantCulture));
                times.Add((row, double.Parse(await process.ReadLineAsync(), CultureInfo.InvariantCulture)));
            }

            if (turn >= 0)
            {
                turns.Add([.. rows.Select(row => Median(times.Where(time => time.Row == row).Select(time => time.Nanoseconds)))]);
            }
        }

        var memory = rows.Select(
            row => Median(servers.Where(server => server.Row == row).Select(server => ResidentMegabytes(server.Process)))).ToArray();
        foreach (var (_, process) in servers)
        {
            await process.DisposeAsync();
        }

        for (var i = 0; i < rows.Length; i++)
        {
            Console.WriteLine($"{rows[i].Name}: " +
                Spread("{2:F0} ns a request ({0:F0} to {4:F0})", turns.Select(turn => turn[i])) + (i == 0 ? "" :
                Spread(
                    $", {{2:F0}} more than {rows[0].Name} (quartiles {{1:F0}} and {{3:F0}}; {{0:F0}} to {{4:F0}})",
                    turns.Select(turn => turn[i] - turn[0]))
                + Spread(", {2:F3} times as much (quartiles {1:F3} and {3:F3})", turns.Select(turn => turn[i] / turn[0])))
                + string.Create(CultureInfo.InvariantCulture, $"; {memory[i]:F1} MB in memory, {memory[i] / memory[0]:F3} times as much"));
        }

        return 0;
    }

    /// <summary>For each line, which is a number of requests, the nanoseconds that each of them took.</summary>
    public static async Task<int> ServeAsync(string server, string load)
    {
        await using var path = await RequestPath.StartAsync(server, LoadOf(load));
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

    private static double ResidentMegabytes(Script process) => long.Parse(
        File.ReadLines($"/proc/{process.ProcessId}/status")
            .First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Split(' ')[^2],
        CultureInfo.InvariantCulture) / 1024.0;

    private static PathLoad LoadOf(string name) => Enum.GetValues<PathLoad>()
        .Where(load => load.ToString().Equals(name, StringComparison.OrdinalIgnoreCase)).Cast<PathLoad?>().FirstOrDefault()
        ?? throw new ArgumentException($"Known loads: {string.Join(", ", Enum.GetNames<PathLoad>())}.", nameof(name));

    /// <param name="format">From the least to the most: 0, the quartiles around the median 1, 2, 3, and 4.</param>
    private static string Spread(string format, IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return string.Format(
            CultureInfo.InvariantCulture, format, sorted[0], sorted[sorted.Length / 4], Median(sorted), sorted[sorted.Length * 3 / 4],
            sorted[^1]);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <param name="Program">The build of this program that serves it.</param>
    private sealed record Row(string Server, string Name, string Program);
}
