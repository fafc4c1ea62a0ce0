using System.Security.Cryptography;
using Gateway.Foundation;
using Gateway.Redis;

namespace Gateway.Revocation;

/// <summary>
/// Loads a snapshot into the empty list before the log is followed. The log stays the truth: a snapshot that cannot be used is ignored, and
/// the whole log is read.
/// </summary>
internal sealed partial class SnapshotLoader(
    IReadOnlyList<ISnapshotStore> stores, IRevocationLog log, SnapshotProgress progress, TimeProvider time, ILogger<SnapshotLoader> logger)
{
    private const int AtOnce = 8;
    private const int Attempts = 3;

    private bool _isDone;

    public SnapshotProgress Progress => progress;

    /// <summary>
    /// Loads the newest snapshot that fits the log, once. Returns the position from which the log is to be followed; null when the whole
    /// log must be read.
    /// </summary>
    /// <param name="minute">The current minute, which the expiry of entries is compared with.</param>
    /// <exception cref="RedisUnavailableException">Redis cannot be read at all now; the next call tries again.</exception>
    public async Task<LogPosition?> TryLoadAsync(RevocationSet set, int minute, CancellationToken cancellationToken)
    {
        if (_isDone)
        {
            return null;
        }

        var found = new List<(ISnapshotStore Store, SnapshotHead Head)>();
        foreach (var store in stores)
        {
            if (await HeadOfAsync(store, cancellationToken) is { } head)
            {
                found.Add((store, head));
            }
        }

        found.Sort((one, other) => other.Head.Anchor.Id.IsAfter(one.Head.Anchor.Id)
            ? 1
            : one.Head.Anchor.Id == other.Head.Anchor.Id
            ? 0
            : -1);
        foreach (var (store, head) in found)
        {
            var why = Objection(head, minute);
            if (why is null && !await log.TryResumeAsync(head.Anchor, cancellationToken))
            {
                why = $"the log does not have the entry {head.Anchor.Id} from which it would be read on: "
                    + "it is another log, was replaced, or the snapshot is too old";
            }

            if (why is not null)
            {
                Ignore(store, head, why);
                continue;
            }

            // From the first chunk on the set has a part of one snapshot, so no other snapshot may be loaded. After a fault the whole log
            // is read.
            _isDone = true;
            return await TryLoadAsync(store, head, set, cancellationToken) ? head.Anchor.Id : null;
        }

        _isDone = true;
        return null;
    }

    /// <summary>Why the snapshot may lack a revocation that the log has; null when it does not.</summary>
    private static string? Objection(SnapshotHead head, int minute)
    {
        if (head.ExpiredUntil > minute)
        {
            return "the clock of its writer was ahead of this one's, so it may lack entries that have not expired";
        }

        return head.Skipped > 0 && head.Vocabulary < RevocationFields.Vocabulary
            ? $"an older version wrote it, which could not read {head.Skipped} entries"
            : null;
    }

    private async Task<SnapshotHead?> HeadOfAsync(ISnapshotStore store, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadHeadAsync(cancellationToken);
        }
        catch (RedisUnavailableException fault) when (RedisFaults.Of(fault.Fault).IsOutage)
        {
            throw;
        }
        catch (Exception fault) when (IsOfStore(fault))
        {
            Ignored(logger, store.Name, fault.Message);
            return null;
        }
    }

    private async Task<bool> TryLoadAsync(ISnapshotStore store, SnapshotHead head, RevocationSet set, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var marks = new List<RevocationMark>();
        var reads = new Queue<Task<byte[]?>>();
        var next = 0;
        try
        {
            foreach (var part in head.Parts)
            {
                for (; next < head.Parts.Count && reads.Count < AtOnce; next++)
                {
                    reads.Enqueue(ReadAsync(store, head, next, cancellationToken));
                }

                var chunk = await reads.Dequeue() ?? throw new InvalidDataException("a chunk is missing");
                if (chunk.Length != part.Length || !SHA256.HashData(chunk).AsSpan().SequenceEqual(part.Hash.Span))
                {
                    throw new InvalidDataException("a chunk is damaged");
                }

                set.Load(SnapshotChunk.Read(chunk, marks), marks);
            }
        }
        catch (Exception fault) when (IsOfStore(fault))
        {
            Ignore(store, head, fault.Message);
            return false;
        }
        finally
        {
            // After a fault nothing reads their results.
            Task others = Task.WhenAll(reads);
            await others.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        progress.Load(head, store.Name);
        Loaded(logger, store.Name, head.Id.ToString("N"), head.Records, (long)time.GetElapsedTime(start).TotalMilliseconds, head.Anchor.Id);
        return true;
    }

    private static async Task<byte[]?> ReadAsync(ISnapshotStore store, SnapshotHead head, int number, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await store.ReadChunkAsync(head, number, cancellationToken);
            }
            catch (RedisUnavailableException fault) when (RedisFaults.Of(fault.Fault).IsOutage && attempt < Attempts)
            {
                // Mostly a call that took too long.
            }
        }
    }

    private static bool IsOfStore(Exception fault) =>
        fault is InvalidDataException or RedisUnavailableException or IOException or UnauthorizedAccessException;

    private void Ignore(ISnapshotStore store, SnapshotHead head, string why)
    {
        progress.Ignore(head.Id);
        Ignored(logger, store.Name, why);
    }

    [LoggerMessage(
        EventIds.RevocationSnapshotLoaded, LogLevel.Information,
        "The snapshot {Id} of the revocation list was loaded from {Store}: {Records} records in {Milliseconds} ms. The Redis stream is " +
            "read from {Anchor} on.")]
    private static partial void Loaded(ILogger logger, string store, string id, long records, long milliseconds, LogPosition anchor);

    [LoggerMessage(
        EventIds.RevocationSnapshotIgnored, LogLevel.Warning,
        "The snapshot of the revocation list in {Store} is ignored: {Why}. The replica uses another snapshot or reads the whole Redis " +
            "stream, which takes longer.")]
    private static partial void Ignored(ILogger logger, string store, string why);
}
