using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Revocation;
using Gateway.Testing;
using Gateway.Testing.Drills;

namespace Gateway.Benchmarks;

/// <summary>
/// How long a replica takes from its process' start until it is ready, with a long list in Redis: from the whole stream, from a snapshot in
/// Redis and from one on disk; and what the writing of a snapshot costs other calls of Redis.
/// </summary>
internal static class LongStartCommand
{
    private const string Head = "gateway:revocations:snapshot";
    private static readonly TimeSpan GiveUp = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    public static async Task<int> RunAsync()
    {
        var counts = (Environment.GetEnvironmentVariable("ENTRIES") ?? "1000000,10000000")
            .Split(',')
            .Select(text => int.Parse(text, CultureInfo.InvariantCulture));
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{await DocsBlock.DescribeAsync()}, here without a file. Seconds from the start of the process ");
        text.Append(
            "until the list is ready, in brackets its processor time until then; the last hundredth of the entries came after the " +
                "snapshot.\n\n");
        text.Append(
            "| Entries | Redis' memory | from the stream | from the snapshot in Redis | from the snapshot on disk | snapshot | written " +
                "in ");
        text.Append("| PING p99 (max) before | PING p99 (max) meanwhile |\n");
        text.Append("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        var isGood = true;
        foreach (var count in counts)
        {
            var (row, isRight) = await MeasureAsync(count);
            text.Append(row).Append('\n');
            isGood &= isRight;
        }

        await DocsBlock.WriteAsync("long-start", text.ToString().TrimEnd());
        return isGood ? 0 : 1;
    }

    private static async Task<(string Row, bool IsRight)> MeasureAsync(int count)
    {
        var folder = Directory.CreateTempSubdirectory("long-start-");
        try
        {
            await using var redis = await RedisServer.StartAsync(null, "--appendonly", "no");
            await using var issuer = await FakeIssuer.StartAsync();
            await using var destination = await RecordingDestination.StartAsync();
            var before = count - (count / 100);
            await RevocationFill.RunAsync(redis, issuer.Issuer, 0, before);
            var memory = long.Parse(
                (await redis.CommandAsync("MEMORY", "USAGE", "gateway:revocations", "SAMPLES", "0")).Trim(), CultureInfo.InvariantCulture);
            var quiet = await PingAsync(redis, async () =>
            {
                await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
                return true;
            });

            string pings;
            string stream;
            TimeSpan written;
            long size;
            await using (var first = await StartAsync(issuer, destination, redis, folder.FullName))
            {
                stream = first.Times;
                var start = Stopwatch.GetTimestamp();
                pings = await PingAsync(redis, async () => await redis.CommandAsync("EXISTS", Head) == "1");
                written = WrittenIn(first.Gateway) ?? Stopwatch.GetElapsedTime(start);
                var file = Path.Combine(folder.FullName, SnapshotFile.FileName);
                await UntilAsync(() => Task.FromResult(File.Exists(file)));
                size = new FileInfo(file).Length;
                await RevocationFill.RunAsync(redis, issuer.Issuer, before, count - before);
            }

            var (fromRedis, isRight) = await TimeAsync(issuer, destination, redis, null, count, "redis");
            await redis.CommandAsync("DEL", Head);
            var (fromDisk, isRightToo) = await TimeAsync(issuer, destination, redis, folder.FullName, count, "disk");
            var row = string.Create(
                CultureInfo.InvariantCulture,
                $"| {count:#,0} | {memory >> 20} MiB | {stream} | {fromRedis} | {fromDisk} | {size >> 20} MiB | " +
                    $"{written.TotalSeconds:0.0} s | {quiet} | {pings} |");
            return (row, isRight && isRightToo);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(string Times, bool IsRight)> TimeAsync(
        FakeIssuer issuer, RecordingDestination destination, RedisServer redis, string? folder, int count, string store)
    {
        await using var started = await StartAsync(issuer, destination, redis, folder);
        var isRight = started.Gateway.Lines.Any(line => line.Contains($"loaded from {store}", StringComparison.Ordinal));
        foreach (var name in (string[])
        [
            RevocationFill.NameOf(0), RevocationFill.NameOf(count / 2), RevocationFill.NameOf(count - 1), "good",
        ])
        {
            var token = issuer.Token().With("jti", name).Build();
            using var answer = await started.Gateway.Client.SendAsync(TestGateway.Request(HttpMethod.Get, "/private/a", token));
            isRight &= (int)answer.StatusCode == (name == "good" ? 200 : 401);
        }

        if (!isRight)
        {
            Console.WriteLine($"WRONG: from {store}\n{string.Join('\n', started.Gateway.Lines)}");
        }

        return (started.Times, isRight);
    }

    private static async Task<Started> StartAsync(FakeIssuer issuer, RecordingDestination destination, RedisServer redis, string? folder)
    {
        var configuration = TestGateway.Configuration(issuer, destination);
        configuration["Gateway"]!["Revocation"] = new JsonObject
        {
            ["Store"] = nameof(RevocationStore.Redis),
            ["Redis"] = new JsonObject { ["Connection"] = redis.Connection },
            ["SnapshotDirectory"] = folder,
        };
        var environment = new Dictionary<string, string>
        {
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["Logging__LogLevel__Default"] = "Warning",
            ["Logging__LogLevel__Gateway.Revocation"] = "Information",
        };
        var start = Stopwatch.GetTimestamp();
        var gateway =
            await GatewayProgram.StartAsync(new Dictionary<string, string> { ["yarp.json"] = configuration.ToJsonString() }, environment);
        using var probe = new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) };
        await UntilAsync(async () =>
        {
            try
            {
                using var answer = await probe.GetAsync(new Uri("/readyz?verbose", UriKind.Relative));
                return (await answer.Content.ReadAsStringAsync()).Contains("[+] revocations", StringComparison.Ordinal);
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        using var process = Process.GetProcessById(gateway.ProcessId);
        return new Started(gateway, string.Create(
            CultureInfo.InvariantCulture,
            $"{Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} ({process.TotalProcessorTime.TotalSeconds:0.0})"));
    }

    /// <summary>The time that the gateway says it has written the snapshot into Redis in.</summary>
    private static TimeSpan? WrittenIn(GatewayProgram gateway)
    {
        var words = gateway.Lines.FirstOrDefault(line => line.Contains("was written to redis", StringComparison.Ordinal))?.Split(' ') ?? [];
        var unit = Array.FindIndex(words, word => word.StartsWith("ms.", StringComparison.Ordinal));
        return unit > 0 && int.TryParse(words[unit - 1], CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;
    }

    /// <summary>How long Redis takes for PING, 100 times a second until the condition is met.</summary>
    private static async Task<string> PingAsync(RedisServer redis, Func<Task<bool>> until)
    {
        await using var connection = RedisRevocations.Connect(redis.Connection);
        var times = new List<double>();
        var done = UntilAsync(until);
        while (!done.IsCompleted)
        {
            var start = Stopwatch.GetTimestamp();
            await connection.CallAsync(database => database.PingAsync(), CancellationToken.None);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        await done;
        var all = new Times(times);
        return string.Create(CultureInfo.InvariantCulture, $"{all.Percentile(0.99):0.0} ms ({all.Max:0.0})");
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > GiveUp)
            {
                throw new TimeoutException("The list is not ready, or no snapshot was written.");
            }

            await Task.Delay(LookEvery, TimeProvider.System);
        }
    }

    private sealed record Started(GatewayProgram Gateway, string Times) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Gateway.DisposeAsync();
    }
}
