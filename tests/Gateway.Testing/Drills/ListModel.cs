using System.Globalization;
using System.Text;

namespace Gateway.Testing.Drills;

/// <summary>
/// A model on paper of one revocation list in one Redis: memory, bandwidth, the start of many replicas at once, and the time until a
/// revocation is in effect. Its constants are of measurements with fewer entries and replicas; they are assumptions for more.
/// </summary>
internal sealed record ListModel
{
    /// <summary>Bytes of an entry in the memory of Redis' stream, with a <c>jti</c> of 32 characters.</summary>
    public double StreamBytes { get; init; } = 110;

    /// <summary>Bytes of an entry in a reply of Redis.</summary>
    public double WireBytes { get; init; } = 190;

    /// <summary>Bytes of a record in a snapshot, most entries being tokens.</summary>
    public double SnapshotBytes { get; init; } = 16;

    /// <summary>Bytes of an entry in the memory of a replica.</summary>
    public double ListBytes { get; init; } = 22;

    /// <summary>The share of the list that has been added since the snapshot: it is written again at a tenth.</summary>
    public double Tail { get; init; } = 0.05;

    /// <summary>Records of a snapshot that a replica loads in a second.</summary>
    public double LoadedPerSecond { get; init; } = 3_000_000;

    /// <summary>Entries of the stream that a replica reads in a second.</summary>
    public double FollowedPerSecond { get; init; } = 150_000;

    /// <summary>Bytes that Redis sends in a second: one core, on a network of 10 Gbit/s.</summary>
    public double RedisBytesPerSecond { get; init; } = 1e9;

    /// <summary>Commands that Redis answers in a second.</summary>
    public double RedisCommandsPerSecond { get; init; } = 100_000;

    /// <summary>A replica reads at most this often (every 20 ms), with two commands: the proof of the primary and the read.</summary>
    public double MostReadsPerSecond { get; init; } = 50;

    public double CommandsOfARead { get; init; } = 2;

    public ListModelResult Of(double entries, double replicas, double revocationsPerSecond)
    {
        var bytesOfAStart = entries * (SnapshotBytes + (Tail * WireBytes));
        var oneAlone = Math.Max(bytesOfAStart / RedisBytesPerSecond, (entries / LoadedPerSecond) + (entries * Tail / FollowedPerSecond));
        var reads = replicas * Math.Min(revocationsPerSecond, MostReadsPerSecond);
        return new ListModelResult(
            // The previous snapshot stays for a moment.
            entries * (StreamBytes + (2 * SnapshotBytes)),
            entries * ListBytes,
            entries / FollowedPerSecond,
            oneAlone,
            Math.Max(oneAlone, replicas * bytesOfAStart / RedisBytesPerSecond),
            Math.Max(oneAlone, replicas * entries * Tail * WireBytes / RedisBytesPerSecond),
            replicas * revocationsPerSecond * WireBytes,
            reads * CommandsOfARead / RedisCommandsPerSecond,
            // All replicas read when they are notified, and the last one waits for the others.
            replicas * CommandsOfARead / RedisCommandsPerSecond);
    }

    /// <summary>The table of docs/revocation.md.</summary>
    public string Table(double revocationsPerSecond)
    {
        var text = new StringBuilder();
        text.Append(
            "| Entries | Replicas | Redis' memory | a replica's list | start from the stream | one start | all start at once | the same " +
                "from disk | Redis sends | Redis busy | last replica reads after |\n");
        text.Append("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        foreach (var entries in (double[])[1e6, 1e7, 1e8])
        {
            foreach (var replicas in (double[])[10, 100, 1000])
            {
                var result = Of(entries, replicas, revocationsPerSecond);
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {entries:#,0} | {replicas:#,0} | {Bytes(result.RedisMemory)} | {Bytes(result.ReplicaMemory)} | " +
                        $"{Time(result.StreamStart)} | {Time(result.Start)} ");
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {Time(result.Storm)} | {Time(result.DiskStorm)} | {Bytes(result.SentPerSecond)}/s | {result.Busy * 100:0} % | " +
                        $"{result.LastRead * 1000:0.#} ms |\n");
            }
        }

        return text.ToString().TrimEnd();
    }

    private static string Bytes(double bytes) => bytes switch
    {
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0} kB"),
    };

    private static string Time(double seconds) =>
        seconds >= 120
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s");
}

/// <summary>What the model says; bytes and seconds.</summary>
/// <param name="StreamStart">The start of one replica without a snapshot.</param>
/// <param name="Start">The start of one replica alone.</param>
/// <param name="Storm">The start of all replicas at once, from the snapshot in Redis.</param>
/// <param name="DiskStorm">The same from snapshots on their disks.</param>
/// <param name="Busy">The share of Redis' time for the reads of new entries.</param>
/// <param name="LastRead">The time from the notification until the last replica has read.</param>
internal sealed record ListModelResult(
    double RedisMemory, double ReplicaMemory, double StreamStart, double Start, double Storm, double DiskStorm, double SentPerSecond,
    double Busy, double LastRead);
