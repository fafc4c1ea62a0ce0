using System.Security.Cryptography;
using Gateway.Foundation;

namespace Gateway.Revocation;

/// <summary>When a snapshot is written.</summary>
internal sealed record SnapshotRules
{
    /// <summary>The smallest list that has one: a shorter one is read from the log in less than a second.</summary>
    public int LeastRecords { get; init; } = 50_000;

    /// <summary>The number of new entries, and their share of the snapshot, after which it is written again.</summary>
    public int LeastGrowth { get; init; } = 50_000;

    public double LeastGrowthShare { get; init; } = 0.1;

    public TimeSpan CheckEvery { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The shortest time between two snapshots.</summary>
    public TimeSpan AtMostEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a replica looks for the snapshot of another one.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The age at which a snapshot is written again: well before it expires in Redis after a day.</summary>
    public TimeSpan RewriteAfter { get; init; } = TimeSpan.FromHours(12);
}

/// <summary>
/// Writes a snapshot of the list into a store when the list has grown, at low priority: chunk by chunk, with pauses. It reads the list
/// while the follower changes it, and needs no second copy.
/// </summary>
internal sealed partial class SnapshotWriter(
    ISnapshotStore store, RevocationSet set, SnapshotProgress progress, SnapshotRules rules, TimeProvider time,
    ILogger<SnapshotWriter> logger)
    : BackgroundService
{
    private const int LargestRecord = 24;
    private static readonly TimeSpan ExtendLeadEvery = TimeSpan.FromSeconds(10);

    private SnapshotHead? _known;
    private SnapshotHead? _useless;
    private int _generation;
    private long _baseline;
    private long? _looked;
    private long? _tried;
    private string? _lastFault;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // Replicas that start together do not look together.
            var wait = rules.CheckEvery * (0.5 + Random.Shared.NextDouble());
            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await TurnAsync(stoppingToken);
        }
    }

    /// <summary>Looks once, and writes a snapshot if it is time to; true when one was published.</summary>
    internal async Task<bool> TurnAsync(CancellationToken stopping)
    {
        try
        {
            return progress.Point is { } point && IsTimeToLook() && await LookAsync(stopping) && await LeadAndWriteAsync(point, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
#pragma warning disable CA1031 // A snapshot only saves time at the start of a replica, so no fault of it may end the process.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Failed(fault.Message);
            return false;
        }
    }

    private bool IsTimeToLook()
    {
        if (progress.Generation != _generation)
        {
            // The log was read again from its start, so it may lack the anchor of the known snapshot.
            (_useless, _known, _generation) = (_known, null, progress.Generation);
        }

        return set.Count >= rules.LeastRecords
            && (_known is not { } known || IsGrown(known) || _looked is not { } looked || time.GetElapsedTime(looked) >= rules.LookEvery);
    }

    private bool IsGrown(SnapshotHead known) =>
        progress.EntriesRead - _baseline is var growth && growth >= rules.LeastGrowth && growth >= known.Records * rules.LeastGrowthShare;

    /// <summary>True when the snapshot in the store must be replaced.</summary>
    private async Task<bool> LookAsync(CancellationToken stopping)
    {
        var head = await ReadAsync(stopping);
        _looked = time.GetTimestamp();
        if (head is null || IsUseless(head))
        {
            _known = null;
            return true;
        }

        if (head.Id != _known?.Id)
        {
            Know(head, head.Id == progress.Started?.Id ? 0 : progress.EntriesRead);
        }

        return AgeOf(head) >= rules.RewriteAfter || (IsGrown(head) && AgeOf(head) >= rules.AtMostEvery);
    }

    private bool IsUseless(SnapshotHead head) =>
        head.Id == _useless?.Id || progress.Ignored.Contains(head.Id) || head.Vocabulary < RevocationFields.Vocabulary;

    private async Task<SnapshotHead?> ReadAsync(CancellationToken stopping)
    {
        try
        {
            return await store.ReadHeadAsync(stopping);
        }
        catch (InvalidDataException)
        {
            // The loader has reported it, or will.
            return null;
        }
    }

    private async Task<bool> LeadAndWriteAsync(SnapshotPoint point, CancellationToken stopping)
    {
        // After a clock that was ahead was set back, the set lacks entries that other replicas have.
        var isClockBack = set.Minute > RevocationClock.MinuteOf(time.GetUtcNow());
        if (isClockBack || (_tried is { } tried && time.GetElapsedTime(tried) < rules.AtMostEvery))
        {
            return false;
        }

        if (await store.ObjectionAsync((long)set.Count * LargestRecord, stopping) is { } why)
        {
            Failed(why);
            return false;
        }

        if (!await store.TryLeadAsync(stopping))
        {
            return false;
        }

        try
        {
            // Another replica may have written one just before.
            var previous = await ReadAsync(stopping);
            if (previous is not null && previous.Id != _known?.Id && !IsUseless(previous))
            {
                Know(previous, progress.EntriesRead);
                return false;
            }

            _tried = time.GetTimestamp();
            return await WriteAsync(point, previous, stopping);
        }
        finally
        {
            await store.EndLeadAsync(CancellationToken.None);
        }
    }

    private async Task<bool> WriteAsync(SnapshotPoint point, SnapshotHead? previous, CancellationToken stopping)
    {
        var (id, parts, records, read) = (Guid.NewGuid(), new List<SnapshotPart>(), 0L, progress.EntriesRead);
        var (start, extended) = (time.GetTimestamp(), time.GetTimestamp());
        var isPublished = false;
        try
        {
            foreach (var chunk in SnapshotChunk.Of(set))
            {
                var writing = time.GetTimestamp();
                await store.WriteChunkAsync(id, parts.Count, chunk, stopping);
                parts.Add(new SnapshotPart(chunk.Length, SHA256.HashData(chunk)));
                records += SnapshotChunk.CountOf(chunk);
                await Task.Delay(store.PauseAfter(time.GetElapsedTime(writing)), time, stopping);
                if (time.GetElapsedTime(extended) >= ExtendLeadEvery)
                {
                    extended = time.GetTimestamp();
                    if (!await store.TryLeadAsync(stopping))
                    {
                        return false;
                    }
                }
            }

            // The minute is read after the last chunk, and the log must not have been read again from its start since the first.
            var minute = set.Minute;
            if (parts.Count == 0 || progress.Point is not { } end || end.Generation != point.Generation)
            {
                return false;
            }

            var anchor = point.Anchor with { End = end.Anchor.End, EndExpires = end.Anchor.EndExpires };
            var head = new SnapshotHead(
                id, time.GetUtcNow().ToUnixTimeMilliseconds(), anchor, Math.Max(minute, end.ExpiredUntil), RevocationFields.Vocabulary,
                end.Skipped, records, parts);
            await store.PublishAsync(head, previous, stopping);
            isPublished = true;
            Know(head, read);
            _lastFault = null;
            Written(
                logger, id.ToString("N"), store.Name, records, parts.Count, (long)time.GetElapsedTime(start).TotalMilliseconds, anchor.Id);
            return true;
        }
        finally
        {
            if (!isPublished)
            {
                await store.AbandonAsync(id, CancellationToken.None);
            }
        }
    }

    private void Know(SnapshotHead head, long baseline)
    {
        (_known, _baseline) = (head, baseline);
        progress.See(head, store.Name);
    }

    private TimeSpan AgeOf(SnapshotHead head) => time.GetUtcNow() - SnapshotProgress.TimeOf(head);

    private void Failed(string why)
    {
        // Once for each cause, as it is tried again every few minutes.
        if (_lastFault != why)
        {
            _lastFault = why;
            NotWritten(logger, store.Name, why);
        }
    }

    [LoggerMessage(
        EventIds.RevocationSnapshotWritten, LogLevel.Information,
        "A snapshot of the revocation list, {Id}, was written to {Store}: {Records} records in {Chunks} chunks, {Milliseconds} ms. " +
            "Readers read the Redis stream from {Anchor} on.")]
    private static partial void Written(
        ILogger logger, string id, string store, long records, int chunks, long milliseconds, LogPosition anchor);

    [LoggerMessage(
        EventIds.RevocationSnapshotNotWritten, LogLevel.Warning,
        "No snapshot of the revocation list can be written to {Store}: {Why}. Replicas start from an older one or from the whole " +
            "stream, which takes longer; nothing else is affected.")]
    private static partial void NotWritten(ILogger logger, string store, string why);
}
