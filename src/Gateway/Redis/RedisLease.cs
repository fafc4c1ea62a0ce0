using StackExchange.Redis;

namespace Gateway.Redis;

/// <summary>A key that one process at a time holds. It expires, so that another process can take it when the holder has stopped.</summary>
internal sealed class RedisLease(RedisConnection redis, RedisKey key, TimeSpan lasts)
{
    private readonly RedisValue _ownName = Guid.NewGuid().ToString("N");

    /// <summary>Takes or extends the lease; false while another process holds it.</summary>
    public async Task<bool> TryTakeAsync(CancellationToken cancellationToken)
    {
        if (await redis.CallAsync(database => database.StringSetAsync(key, _ownName, lasts, When.NotExists), cancellationToken))
        {
            return true;
        }

        return await IsOwnAsync(cancellationToken)
            && await redis.CallAsync(database => database.KeyExpireAsync(key, lasts), cancellationToken);
    }

    public async Task EndAsync(CancellationToken cancellationToken)
    {
        if (await IsOwnAsync(cancellationToken))
        {
            await redis.CallAsync(database => database.KeyDeleteAsync(key), cancellationToken);
        }
    }

    private async Task<bool> IsOwnAsync(CancellationToken cancellationToken) =>
        await redis.CallAsync(database => database.StringGetAsync(key, CommandFlags.DemandMaster), cancellationToken) == _ownName;
}
