using System.Diagnostics;
using System.Globalization;
using Gateway.Benchmarks.Operations;

namespace Gateway.Benchmarks;

/// <summary>
/// What a request with a known token costs the gateway beyond bare YARP, less the kernel. Each takes part with three processes, since what
/// the runtime makes of the same code differs from one to the next by more than the gateway costs; all take turns, and within a turn their
/// medians are compared.
/// </summary>
internal static class PathCommand
{
    private const int Processes = 3;
    private const int WarmUps = 8;
    private const int Turns = 40;
    private const int Requests = 20_000;

    public static async Task<int> RunAsync()
    {
        string[] names = [nameof(RequestPathBenchmarks.BareYarp), nameof(RequestPathBenchmarks.Gateway)];
        var servers = Enumerable.Range(0, Processes).SelectMany(_ => names).Select(name => (Name: name, Process: Start(name))).ToList();
        var turns = new List<double[]>();
        for (var turn = -WarmUps; turn < Turns; turn++)
        {
            var times = new List<(string Name, double Nanoseconds)>();
            foreach (var (name, process) in turn % 2 == 0 ? servers : servers.AsEnumerable().Reverse())
            {
                await process.StandardInput.WriteLineAsync((turn < 0 ? 3 * Requests : Requests).ToString(CultureInfo.InvariantCulture));
                var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"{name} has ended.");
                times.Add((name, double.Parse(line, CultureInfo.InvariantCulture)));
            }

            if (turn >= 0)
            {
                turns.Add([.. names.Select(name => Median(times.Where(time => time.Name == name).Select(time => time.Nanoseconds)))]);
            }
        }

        foreach (var (_, process) in servers)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"bare YARP {Median(turns.Select(turn => turn[0])):F0} ns a request, gateway {Median(turns.Select(turn => turn[1])):F0} ns: "
            + $"{Median(turns.Select(turn => turn[1] - turn[0])):F0} ns more, {Median(turns.Select(turn => turn[1] / turn[0])):F3} times as much."));
        return 0;
    }

    /// <summary>For each line, which is a number of requests, the nanoseconds that each of them took.</summary>
    public static async Task<int> ServeAsync(string name)
    {
        var path = new RequestPathBenchmarks();
        var isBare = name == nameof(RequestPathBenchmarks.BareYarp);
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

    private static Process Start(string name)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(PathCommand).Assembly.Location);
        }

        start.ArgumentList.Add("path");
        start.ArgumentList.Add(name);
        return Process.Start(start)!;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
