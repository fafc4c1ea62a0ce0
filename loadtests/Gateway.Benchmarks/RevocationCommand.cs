using System.Diagnostics;
using System.Globalization;
using Gateway.Revocation;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Benchmarks;

/// <summary>
/// What the revocation list costs: bytes an entry, time to load, time to look up, alone and while a thousand a second arrive.
/// </summary>
internal static class RevocationCommand
{
    private const string Issuer = "https://idp.bench.test";
    private const int LookUps = 1_000_000;
    private const int Arriving = 1_000;
    private static readonly long Expires = TimeProvider.System.GetUtcNow().AddHours(6).ToUnixTimeSeconds();

    public static async Task<int> RunAsync()
    {
        var most = RotationCommand.Setting("ENTRIES", 10_000_000);
        var logged = RotationCommand.Setting("LOGGED", 1_000_000);
        Console.WriteLine(
            $"{"entries",10}{"bytes each",12}{"apply s",9}{"hit ns",8}{"miss ns",9}{"hit ns",8}{"miss ns",9}  (the last two while " +
                $"{Arriving} a second arrive)");
        foreach (var count in ((int[])[0, 1_000_000, 10_000_000]).Where(count => count <= most))
        {
            await MeasureSetAsync(count);
        }

        Console.WriteLine();
        Console.WriteLine($"{"store",10}{"entries",10}{"append s",10}{"load s",8}{"a second",10}");
        var folder = Directory.CreateTempSubdirectory("revocation-bench-");
        await MeasureLogAsync(
            "Sqlite", new SqliteRevocationLog(Path.Combine(folder.FullName, "revocations.db"), TimeProvider.System), logged);
        await using (var redis = await RedisServer.StartAsync(null, "--appendfsync", "everysec"))
        {
            await using var connection = RedisRevocations.Connect(redis.Connection);
            await MeasureLogAsync("Redis", RedisRevocations.Log(connection), logged);
        }

        folder.Delete(recursive: true);
        return 0;
    }

    private static async Task MeasureSetAsync(int count)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var set = new RevocationSet();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i += 10_000)
        {
            set.Apply([.. Enumerable.Range(i, 10_000).Select(Entry)]);
        }

        var applied = Stopwatch.GetElapsedTime(start);
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        // Keys made beforehand: a verified token has its own.
        var hits = Keys(Enumerable.Range(0, LookUps).Select(i => (int)((long)i * 7919 % Math.Max(count, 1))));
        var misses = Keys(Enumerable.Range(0, LookUps).Select(i => count + 100_000_000 + i));
        _ = TimeOf(set, hits);
        _ = TimeOf(set, misses);
        var (hit, miss) = (TimeOf(set, hits), TimeOf(set, misses));

        using var done = new CancellationTokenSource();
        var arriving = ArriveAsync(set, count, done.Token);
        var (busyHit, busyMiss) = (TimeOf(set, hits), TimeOf(set, misses));
        await done.CancelAsync();
        await arriving;
        Console.WriteLine(
            $"{count,10}{(count == 0 ? 0 : (double)bytes / count),12:0.0}{applied.TotalSeconds,9:0.0}{(count == 0 ? 0 : hit),8:0}" +
            $"{miss,9:0}{(count == 0 ? 0 : busyHit),8:0}{busyMiss,9:0}");
        GC.KeepAlive(set);
    }

    private static async Task ArriveAsync(RevocationSet set, int from, CancellationToken stopping)
    {
        for (var next = from; !stopping.IsCancellationRequested; next += Arriving / 100)
        {
            set.Apply([.. Enumerable.Range(next, Arriving / 100).Select(Entry)]);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        }
    }

    private static async Task MeasureLogAsync(string name, IRevocationLog log, int count)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i += 10_000)
        {
            await log.AppendAsync([.. Enumerable.Range(i, Math.Min(10_000, count - i)).Select(Entry)], CancellationToken.None);
        }

        var appended = Stopwatch.GetElapsedTime(start);
        var list = new RevocationList(TimeProvider.System, TimeSpan.FromSeconds(10));
        using var follower = new RevocationFollower(log, list, TimeProvider.System, NullLogger<RevocationFollower>.Instance);
        start = Stopwatch.GetTimestamp();
        await follower.StartAsync(CancellationToken.None);
        while (!list.IsLoaded)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        var loaded = Stopwatch.GetElapsedTime(start);
        await follower.StopAsync(CancellationToken.None);
        if (list.Set.Count != count)
        {
            throw new InvalidOperationException($"{name} gave back {list.Set.Count} of {count} entries.");
        }

        Console.WriteLine(
            $"{name,10}{count,10}{appended.TotalSeconds,10:0.0}{loaded.TotalSeconds,8:0.0}{count / loaded.TotalSeconds,10:0}");
    }

    private static double TimeOf(RevocationSet set, RevocationMark[] marks)
    {
        var found = 0;
        var start = Stopwatch.GetTimestamp();
        foreach (var mark in marks)
        {
            found += set.Covers(mark) ? 1 : 0;
        }

        var time = Stopwatch.GetElapsedTime(start).TotalNanoseconds / marks.Length;
        GC.KeepAlive(found);
        return time;
    }

    private static RevocationMark[] Keys(IEnumerable<int> names) =>
        [.. names.Select(name => new RevocationMark(Entry(name).Key, RevocationKind.Jti, 0, 0))];

    private static RevocationEntry Entry(int name) =>
        new(RevocationKind.Jti, Issuer, name.ToString("x32", CultureInfo.InvariantCulture), Expires + (name % 3600));
}
