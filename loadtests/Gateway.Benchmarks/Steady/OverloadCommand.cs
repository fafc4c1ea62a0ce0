using System.Globalization;

namespace Gateway.Benchmarks.Steady;

/// <summary>
/// What stays behind when the load is over: after thousands of busy connections, after thousands of idle ones and after thousands of
/// WebSockets. Bare YARP stands beside the gateway in each part. Fails when the gateway misses a limit and bare YARP does not.
/// </summary>
internal static class OverloadCommand
{
    private const int Normal = 32;
    private const double RateLimit = 0.95;
    private const int RateWithin = 5;
    private const double MemoryLimit = 1.10;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private static readonly int WarmUp = RotationCommand.Setting("WARM_UP", 10);
    private static readonly int Before = RotationCommand.Setting("BEFORE", 10);
    private static readonly int Seconds = RotationCommand.Setting("SECONDS_OVER", 30);
    private static readonly int After = RotationCommand.Setting("AFTER", 60);
    private static readonly int Connections = RotationCommand.Setting("CONNECTIONS", 2_000);
    private static readonly int Idle = RotationCommand.Setting("IDLE", 10_000);
    private static readonly int Sockets = RotationCommand.Setting("SOCKETS", 2_000);
    private static readonly int Hold = RotationCommand.Setting("HOLD", 10);

    public static async Task<int> RunAsync()
    {
        var overloads = new List<Overload>();
        await using (var servers = await SteadyServers.StartAsync())
        {
            foreach (var server in servers.Both)
            {
                overloads.Add(await OverloadAsync(server));
                Console.WriteLine($"{server.Name}: overload done");
            }
        }

        List<Held> idle, sockets;
        await using (var servers = await SteadyServers.StartAsync())
        {
            idle = await HoldAsync(servers, Idle, isWebSocket: false);
        }

        await using (var echo = await WebSocketEcho.StartAsync())
        await using (var servers = await SteadyServers.StartAsync(echo.Address))
        {
            sockets = await HoldAsync(servers, Sockets, isWebSocket: true);
        }

        await DocsBlock.WriteAsync("overload", await ReportAsync(overloads, idle, sockets), DocsBlock.Performance);
        List<string> missed =
            [.. Missed(overloads[^1], overloads[0]), .. Missed(idle, "idle connections"), .. Missed(sockets, "WebSockets")];
        missed.ForEach(Console.WriteLine);
        return missed.Count == 0 ? 0 : 1;
    }

    private static async Task<Overload> OverloadAsync(SteadyServer server)
    {
        var request = server.Request();
        await LoadBySecond.RunAsync(server.Address, request, Normal, WarmUp);
        await using var watch = new MemoryWatch(server.ProcessId);
        var before = await LoadBySecond.RunAsync(server.Address, request, Normal, Before);
        var memoryBefore = watch.Last(Window);
        var over = await LoadBySecond.RunAsync(server.Address, request, Connections, Seconds);
        var after = await LoadBySecond.RunAsync(server.Address, request, Normal, After);
        return new Overload(server.Name, before, over, after, memoryBefore, watch.Most(), watch.Last(Window));
    }

    /// <summary>
    /// One after the other, since a process may not have as many files open as both need; what comes after happens to both at once.
    /// </summary>
    private static async Task<List<Held>> HoldAsync(SteadyServers servers, int count, bool isWebSocket)
    {
        var held = new List<Held>();
        await Task.WhenAll(servers.Both.Select(server => LoadBySecond.RunAsync(server.Address, server.Request(), Normal, WarmUp)));
        foreach (var server in servers.Both)
        {
            var before = server.Figures.ResidentMegabytes;
            using (await HeldConnections.OpenAsync(server.Address, server.Request(isWebSocket), count, isWebSocket))
            {
                await Task.Delay(TimeSpan.FromSeconds(Hold), TimeProvider.System);
                held.Add(new Held(server.Name, count, before, server.Figures.ResidentMegabytes, 0));
            }
        }

        await Task.WhenAll(servers.Both.Select(server => LoadBySecond.RunAsync(server.Address, server.Request(), Normal, After)));
        return [.. held.Zip(servers.Both, (row, server) => row with { MemoryAfter = server.Figures.ResidentMegabytes })];
    }

    private static IEnumerable<string> Missed(Overload gateway, Overload bare)
    {
        if (!IsBack(gateway) && IsBack(bare))
        {
            yield return $"The rate is not back at {RateLimit} within {RateWithin} s, and that of bare YARP is.";
        }

        if (IsMissed(gateway.MemoryShare, bare.MemoryShare))
        {
            yield return $"More than {MemoryLimit} of the memory is left {After} s after the load, and more than of bare YARP.";
        }

        static bool IsBack(Overload server) =>
            server.Back <= RateWithin && server.After.MedianFrom(RateWithin) >= RateLimit * server.Before.Rate;
    }

    private static IEnumerable<string> Missed(List<Held> held, string what) => IsMissed(held[^1].MemoryShare, held[0].MemoryShare)
        ? [$"More than {MemoryLimit} of the memory is left {After} s after the {what} closed, and more than of bare YARP."]
        : [];

    private static bool IsMissed(double gateway, double bare) => gateway > MemoryLimit && gateway > bare;

    private static async Task<string> ReportAsync(IEnumerable<Overload> overloads, IEnumerable<Held> idle, IEnumerable<Held> sockets)
    {
        var text = new ReportText();
        text.Line(
            $"{await DocsBlock.DescribeMachineAsync()}, one destination, one known token. Requests go through {Normal} connections, " +
            $"then for {Seconds} s through {Connections:#,0}, then through {Normal} again for {After} s. Rates are of the median " +
            "second, memory is resident.");
        text.Line();
        text.Line(
            $"| | requests/s before | with {Connections:#,0} | after | after over before | back at {RateLimit} in second | failed | " +
            $"MiB before | at most | {After} s after | over before |");
        text.Line($"| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var row in overloads)
        {
            var (before, after) = (row.Before.Rate, row.After.MedianFrom(RateWithin));
            text.Line(
                $"| {row.Name} | {before:#,0} | {row.Over.Rate:#,0} | {after:#,0} | {after / before:0.00} | " +
                $"{row.Back?.ToString(CultureInfo.InvariantCulture) ?? "never"} | {row.Failed} | {row.MemoryBefore:0} | " +
                $"{row.MemoryMost:0} | {row.MemoryAfter:0} | {row.MemoryShare:0.00} |");
        }

        text.Line();
        text.Line($"Connections that were used once and then kept open for {Hold} s; afterwards {Normal} busy ones for {After} s:");
        text.Line();
        text.Line($"| | connections | MiB before | with them | KiB each | {After} s after they closed | over before |");
        text.Line($"| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var (what, row) in idle.Select(row => ("idle", row)).Concat(sockets.Select(row => ("WebSockets", row))))
        {
            text.Line(
                $"| {row.Name}, {what} | {row.Count:#,0} | {row.MemoryBefore:0} | {row.MemoryWith:0} | " +
                $"{(row.MemoryWith - row.MemoryBefore) * 1024 / row.Count:0.0} | {row.MemoryAfter:0} | {row.MemoryShare:0.00} |");
        }

        return text.ToString();
    }

    private sealed record Overload(
        string Name, LoadBySecond Before, LoadBySecond Over, LoadBySecond After, double MemoryBefore, double MemoryMost, double MemoryAfter)
    {
        public int? Back => After.FirstWith(RateLimit * Before.Rate);

        public double MemoryShare => MemoryAfter / MemoryBefore;

        public int Failed => Before.Failed + Over.Failed + After.Failed;
    }

    private sealed record Held(string Name, int Count, double MemoryBefore, double MemoryWith, double MemoryAfter)
    {
        public double MemoryShare => MemoryAfter / MemoryBefore;
    }
}
