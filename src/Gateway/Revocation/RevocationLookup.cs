using System.Collections.Immutable;
using Gateway.Redis;
using Gateway.Telemetry;
using Gateway.Tokens;
using StackExchange.Redis;

namespace Gateway.Revocation;

/// <summary>The Redis keys of a token, and the result of the last look-up.</summary>
internal sealed class TokenLookup(ImmutableArray<string> keys)
{
    private volatile LookupResult? _last;

    public ImmutableArray<string> Keys => keys;

    public LookupResult? Last
    {
        get => _last;
        set => _last = value;
    }
}

/// <param name="AskedAt">The timestamp before the look-up, from which its age counts.</param>
internal sealed record LookupResult(bool IsRevoked, long AskedAt);

/// <summary>
/// Asks Redis in one round trip whether one of a token's keys exists, with a short deadline because a request waits. It connects at the
/// start, because that takes longer than the deadline.
/// </summary>
internal sealed class RevocationLookup(
    LookupSettings settings, RedisConnection redis, RevocationList list, TimeProvider time,
    GatewayMetrics metrics) : IHostedService, IDisposable
{
    private static readonly TimeSpan ConnectFor = TimeSpan.FromSeconds(1);

    private readonly RequestCalls _calls = new(RequestCalls.OfLookups, time);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Task call = redis.CallAsync(database => database.PingAsync(CommandFlags.DemandMaster), cancellationToken);
        // The start continues without Redis; OnRevocationUnavailable of the policies decides then.
        await call.WaitAsync(ConnectFor, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public TokenLookup For(AccessToken token) => new(settings.KeysOf(token));

    /// <summary>Unavailable when Redis does not respond in time, unless the last result was "revoked", which stays in effect.</summary>
    public async ValueTask<RevocationStatus> AskAsync(TokenLookup token, CancellationToken cancellationToken)
    {
        var last = token.Last;
        var now = time.GetTimestamp();
        if (last is not null && time.GetElapsedTime(last.AskedAt, now) < settings.CacheFor)
        {
            metrics.RedisLookup("cached");
            return last.IsRevoked ? RevocationStatus.Revoked : RevocationStatus.NotRevoked;
        }

        try
        {
            // A variable of this block, so that a result from the cache allocates nothing.
            var keys = token.Keys;
            var answer = new LookupResult(await _calls.WaitAsync(() => CallAsync(keys), settings.Timeout, cancellationToken), now);
            token.Last = answer;
            metrics.RedisLookup(answer.IsRevoked ? "revoked" : "not_revoked");
            return answer.IsRevoked ? RevocationStatus.Revoked : RevocationStatus.NotRevoked;
        }
        catch (Exception fault) when (fault is TimeoutException or RedisUnavailableException)
        {
            metrics.RedisLookup("unavailable");
            return last is { IsRevoked: true } ? RevocationStatus.Revoked : RevocationStatus.Unavailable;
        }
    }

    public void Dispose() => _calls.Dispose();

    private async Task<bool> CallAsync(ImmutableArray<string> keys)
    {
        try
        {
            var isThere =
                await redis.CallAsync(database => IsAnyThereAsync(database, keys, CommandFlags.DemandMaster), CancellationToken.None);
            // A key that is missing on a former primary may exist on the current one.
            return isThere || redis.SincePrimary <= list.MaxStaleness
                ? isThere
                : throw new RedisUnavailableException(RedisFault.RoleUnknown);
        }
        catch (RedisUnavailableException fault) when (fault.Fault is RedisFault.NoPrimary or RedisFault.ReadOnly
            or RedisFault.SeveralPrimaries or RedisFault.Replaced or RedisFault.SentinelsDisagree)
        {
            // A key missing on a replica may not have replicated yet; a key that is present is authoritative.
            if (await redis.CallAnyAsync(database => IsAnyThereAsync(database, keys, CommandFlags.None), CancellationToken.None))
            {
                return true;
            }

            throw;
        }
    }

    /// <summary>One existing key suffices, also if the calls for other keys, which may be on other nodes, failed.</summary>
    private static async Task<bool> IsAnyThereAsync(IDatabase database, ImmutableArray<string> keys, CommandFlags flags)
    {
        var answers = keys.Select(key => database.KeyExistsAsync(key, flags)).ToList();
        Task all = Task.WhenAll(answers);
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var answer in answers)
        {
            if (answer.IsCompletedSuccessfully && await answer)
            {
                return true;
            }
        }

        await all;
        return false;
    }
}
