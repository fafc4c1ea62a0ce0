using Gateway.Foundation;
using Gateway.Redis;
using StackExchange.Redis;

namespace Gateway.Revocation;

/// <summary>Looks after the head of the stream once a minute: deletes what is long expired, and notices when something else has.</summary>
internal sealed partial class RedisUpkeep(RedisConnection redis, RedisStream stream, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    // Entries are deleted well after their expiry, so that a replica with a slow clock has seen them.
    private static readonly TimeSpan KeepExpired = TimeSpan.FromHours(1);

    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(10);

    private readonly ForgettingClock _clock = new(time);
    private long _last = time.GetTimestamp();
    private LogPosition _head;
    private long _headExpires = long.MinValue;

    /// <summary>Whether entries that had not expired are missing at the start of the stream.</summary>
    public async Task<bool> LooksLostAsync(int count, CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(_last) < Every)
        {
            return false;
        }

        _last = time.GetTimestamp();
        try
        {
            var rows = await stream.RangeAsync("-", count, cancellationToken);
            var isLost = _headExpires >= Now && (rows.Length == 0 || rows[0].Id.IsAfter(_head));
            var limit = Now - (long)KeepExpired.TotalSeconds;
            var head = rows.FirstOrDefault(row => row.Entry is null || row.Entry.Expires >= limit);
            // A malformed entry may be deleted by whoever wrote it.
            (_head, _headExpires) = (head.Id, head.Entry?.Expires ?? long.MinValue);
            if (rows.Where(row => row.Entry?.Expires < limit).Select(row => row.Id).ToList() is { Count: > 0 } expired)
            {
                await stream.DeleteAsync(expired, cancellationToken);
            }

            return isLost;
        }
        catch (RedisUnavailableException)
        {
            // Next time: reading is what counts, and an access list may forbid deleting.
            return false;
        }
    }

    /// <summary>The stream begins anew; what was missing is known.</summary>
    public void Forget() => _headExpires = long.MinValue;

    /// <summary>Whether an entry may have been deleted because it expired, by a replica whose clock is some minutes ahead.</summary>
    public bool MayDelete(long expires) => expires < Now - (long)(KeepExpired - ClockDifference).TotalSeconds;

    /// <summary>Warns of a memory limit that would have Redis drop the stream. An access list may forbid asking.</summary>
    public async Task CheckEvictionAsync(CancellationToken cancellationToken)
    {
        const string name = "maxmemory_policy:";
        try
        {
            var text = (string?)await redis.CallAsync(database => database.ExecuteAsync("INFO", ["memory"], CommandFlags.DemandMaster), cancellationToken) ?? "";
            var policy = text.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim();
            // The other policies drop nothing, or only keys with an expiry; the stream has none.
            if (policy?.StartsWith("allkeys-", StringComparison.Ordinal) == true)
            {
                MayEvict(logger, policy, stream.Name);
            }
        }
        catch (RedisUnavailableException)
        {
            // Nothing is known against it.
        }
    }

    private long Now => _clock.Now.ToUnixTimeSeconds();

    [LoggerMessage(EventIds.RevocationsEvictable, LogLevel.Warning, "Redis' maxmemory-policy is {Policy}: short of memory it may drop the stream {Stream} with all revocations. Set it to noeviction.")]
    private static partial void MayEvict(ILogger logger, string policy, string stream);
}
