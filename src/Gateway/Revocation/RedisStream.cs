using Gateway.Redis;
using StackExchange.Redis;

namespace Gateway.Revocation;

/// <summary>One row of the stream.</summary>
/// <param name="Entry">Null when its fields make no sense.</param>
internal readonly record struct StreamRow(LogPosition Id, RevocationEntry? Entry);

/// <summary>The commands of the one stream that holds the revocations.</summary>
internal sealed class RedisStream(RedisConnection redis)
{
    /// <summary>The key of the stream, and the channel of its doorbell.</summary>
    public string Name { get; } = redis.KeyPrefix + "revocations";

    public Task<RedisResult> AddAsync(RevocationEntry entry, CancellationToken cancellationToken) => redis.CallAsync(
        database => database.ExecuteAsync("XADD", [(RedisKey)Name, "*", .. RevocationFields.Write(entry)], CommandFlags.DemandMaster), cancellationToken);

    /// <param name="from">The first id, or <c>-</c> for the start.</param>
    public async Task<StreamRow[]> RangeAsync(string from, int count, CancellationToken cancellationToken)
    {
        var answer = await redis.CallAsync(
            database => database.ExecuteAsync("XRANGE", [(RedisKey)Name, from, "+", "COUNT", count], CommandFlags.DemandMaster), cancellationToken);
        try
        {
            return [.. ((RedisResult[]?)answer ?? []).Select(row => (RedisResult[]?)row is [var id, var fields] && LogPosition.TryParse((string?)id, out var position)
                // The id begins with the server's clock in milliseconds.
                ? new StreamRow(position, RevocationFields.TryRead((string?[]?)fields, out var entry) ? entry with { At = (long)(position.First / 1000) } : null)
                : throw new InvalidCastException())];
        }
        catch (InvalidCastException)
        {
            throw new RedisUnavailableException(RedisFault.Garbage);
        }
    }

    /// <summary>The largest id it ever gave out, whether that entry is still there or not; null when there is no stream.</summary>
    public async Task<LogPosition?> LastIdAsync(CancellationToken cancellationToken)
    {
        try
        {
            var about = (RedisResult[]?)await redis.CallAsync(
                database => database.ExecuteAsync("XINFO", ["STREAM", (RedisKey)Name], CommandFlags.DemandMaster), cancellationToken) ?? [];
            // Names and values in turn.
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
        database => database.ExecuteAsync("XDEL", [(RedisKey)Name, .. ids.Select(id => id.ToString())], CommandFlags.DemandMaster), cancellationToken);
}
