using Gateway.Redis;
using StackExchange.Redis;

namespace Gateway.Revocation;

/// <summary>One row of the stream.</summary>
/// <param name="Entry">Null when its fields are malformed.</param>
internal readonly record struct StreamRow(LogPosition Id, RevocationEntry? Entry);

/// <summary>The commands of the one stream that holds the revocations.</summary>
internal sealed class RedisStream(RedisConnection redis)
{
    /// <summary>The key of the stream, and the name of the channel that notifies of new entries.</summary>
    public string Name { get; } = redis.KeyPrefix + "revocations";

    public Task<RedisResult> AddAsync(RevocationEntry entry, CancellationToken cancellationToken) => redis.CallAsync(
        database => database.ExecuteAsync("XADD", [(RedisKey)Name, "*", .. RevocationFields.Write(entry)], CommandFlags.DemandMaster),
        cancellationToken);

    /// <summary>Reads rows, if the server is the primary at that moment.</summary>
    /// <param name="from">The first id, or <c>-</c> for the start.</param>
    public async Task<StreamRow[]> RangeAsync(string from, int count, CancellationToken cancellationToken)
    {
        var answer = await redis.CallAsync(database => ReadPrimaryAsync(database, from, count), cancellationToken);
        try
        {
            return [.. ((RedisResult[]?)answer ?? []).Select(row =>
                (RedisResult[]?)row is [var id, var fields] && LogPosition.TryParse((string?)id, out var position)
                // The id begins with the server's clock in milliseconds.
                ? new StreamRow(
                    position,
                    RevocationFields.TryRead((string?[]?)fields, out var entry) ? entry with { At = (long)(position.First / 1000) } : null)
                : throw new InvalidCastException())];
        }
        catch (InvalidCastException)
        {
            throw new RedisUnavailableException(RedisFault.Garbage);
        }
    }

    /// <summary>The largest id that the stream has assigned, even if that entry was deleted; null when the stream does not exist.</summary>
    public async Task<LogPosition?> LastIdAsync(CancellationToken cancellationToken)
    {
        try
        {
            var about = (RedisResult[]?)await redis.CallAsync(
                database => database.ExecuteAsync("XINFO", ["STREAM", (RedisKey)Name], CommandFlags.DemandMaster), cancellationToken) ?? [];
            // Names and values alternate.
            for (var i = 0; i + 1 < about.Length; i += 2)
            {
                if ((string?)about[i] == "last-generated-id" && LogPosition.TryParse((string?)about[i + 1], out var newest))
                {
                    return newest;
                }
            }

            throw new RedisUnavailableException(RedisFault.Garbage);
        }
        catch (RedisUnavailableException fault) when (fault.Fault == RedisFault.NoSuchKey)
        {
            return null;
        }
    }

    public Task DeleteAsync(IEnumerable<LogPosition> ids, CancellationToken cancellationToken) => redis.CallAsync(
        database => database.ExecuteAsync("XDEL", [(RedisKey)Name, .. ids.Select(id => id.ToString())], CommandFlags.DemandMaster),
        cancellationToken);

    /// <summary>
    /// Replicas serve reads, and so does a primary that was partitioned and replaced. Therefore the gateway first sends, on the same
    /// connection, a write without effect: id 0-0 does not exist. A replica rejects it (READONLY), and so does a primary with fewer
    /// replicas than min-replicas-to-write (NOREPLICAS), so that a partitioned old primary is not read.
    /// </summary>
    private async Task<RedisResult> ReadPrimaryAsync(IDatabase database, string from, int count)
    {
        var write = database.ExecuteAsync("XDEL", [(RedisKey)Name, "0-0"], CommandFlags.DemandMaster);
        var read = database.ExecuteAsync("XRANGE", [(RedisKey)Name, from, "+", "COUNT", count], CommandFlags.DemandMaster);
        Task both = Task.WhenAll(write, read);
        await both.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!(IsUndecided(write) && redis.IsPrimaryProven))
        {
            await write;
        }

        return await read;
    }

    /// <summary>True when the write was rejected for a reason that is independent of the role: an access list, or a full disk.</summary>
    private static bool IsUndecided(Task write) => write.Exception?.InnerException is RedisServerException error
        && RedisFaults.OfServerError(error.Message) is RedisFault.NotPermitted or RedisFault.Misconfigured;
}
