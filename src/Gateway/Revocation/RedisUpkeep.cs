using Gateway.Foundation;
using Gateway.Redis;
using StackExchange.Redis;

namespace Gateway.Revocation;

/// <summary>
/// Checks the start of the stream once a minute: deletes entries that expired more than an hour ago, and detects the loss of others.
/// </summary>
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

    /// <summary>True when entries at the start of the stream are missing that had not expired.</summary>
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
            // The writer of a malformed entry may delete it.
            (_head, _headExpires) = (head.Id, head.Entry?.Expires ?? long.MinValue);
            if (rows.Where(row => row.Entry?.Expires < limit).Select(row => row.Id).ToList() is { Count: > 0 } expired)
            {
                await stream.DeleteAsync(expired, cancellationToken);
            }

            return isLost;
        }
        catch (RedisUnavailableException)
        {
            // Retried in a minute. An access list may forbid deletion, and reading is more important.
            return false;
        }
    }

    /// <summary>Resets the loss detection after a loss was reported.</summary>
    public void Forget() => _headExpires = long.MinValue;

    /// <summary>True when a replica, whose clock may be 10 minutes ahead, may have deleted the entry as expired.</summary>
    public bool MayDelete(long expires) => expires < Now - (long)(KeepExpired - ClockDifference).TotalSeconds;

    /// <summary>Logs a warning when Redis may evict the stream under memory pressure.</summary>
    public async Task CheckEvictionAsync(CancellationToken cancellationToken)
    {
        const string name = "maxmemory_policy:";
        try
        {
            var text = (string?)await redis.CallAsync(
                database => database.ExecuteAsync("INFO", ["memory"], CommandFlags.DemandMaster), cancellationToken)
                ?? "";
            var policy = text.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim();
            // The other policies evict nothing or only keys with an expiry; the stream has none.
            if (policy?.StartsWith("allkeys-", StringComparison.Ordinal) == true)
            {
                MayEvict(logger, policy, stream.Name);
            }
        }
        catch (RedisUnavailableException)
        {
            // An access list may forbid INFO. Then the policy stays unknown.
        }
    }

    private long Now => _clock.Now.ToUnixTimeSeconds();

    [LoggerMessage(
        EventIds.RevocationsEvictable, LogLevel.Warning,
        "Redis' maxmemory-policy is {Policy}: under memory pressure Redis may evict the stream {Stream} with all revocations. Set the " +
            "policy to noeviction.")]
    private static partial void MayEvict(ILogger logger, string policy, string stream);
}
