using System.Collections.Immutable;
using Gateway.Redis;
using Gateway.Telemetry;
using Gateway.Tokens;
using StackExchange.Redis;

namespace Gateway.Revocation;

/// <summary>What Redis is asked about one token, and what it last said.</summary>
internal sealed class TokenLookup(ImmutableArray<string> keys)
{
    private volatile LookupAnswer? _last;

    public ImmutableArray<string> Keys => keys;

    public LookupAnswer? Last
    {
        get => _last;
        set => _last = value;
    }
}

/// <param name="AskedAt">The timestamp of the question: the answer is no younger.</param>
internal sealed record LookupAnswer(bool IsRevoked, long AskedAt);

/// <summary>
/// Asks Redis whether one of a token's keys exists, all in one round trip, within a deadline that a request can bear. It takes only some of
/// the places for calls, so that whoever follows the list always has one. It connects at the start, which takes longer than a request may.
/// </summary>
internal sealed class RevocationLookup(
    LookupSettings settings, RedisConnection redis, RevocationList list, TimeProvider time, GatewayMetrics metrics) : IHostedService, IDisposable
{
    private const int MostCalls = 192;
    private static readonly TimeSpan ConnectFor = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _places = new(MostCalls);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Task call = redis.CallAsync(database => database.PingAsync(CommandFlags.DemandMaster), cancellationToken);
        // Without Redis the start goes on, and policies decide.
        await call.WaitAsync(ConnectFor, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public TokenLookup For(AccessToken token) => new(settings.KeysOf(token));

    /// <summary>"Unavailable" when Redis does not answer in time; but what was last known to be revoked stays so.</summary>
    public async ValueTask<RevocationStatus> AskAsync(TokenLookup token, CancellationToken cancellationToken)
    {
        var last = token.Last;
        var now = time.GetTimestamp();
        if (last is not null && time.GetElapsedTime(last.AskedAt, now) < settings.CacheFor)
        {
            metrics.RedisLookup("cached");
            return last.IsRevoked ? RevocationStatus.Revoked : RevocationStatus.NotRevoked;
        }

        var call = CallAsync(token.Keys);
        try
        {
            var answer = new LookupAnswer(await call.WaitAsync(settings.Timeout, time, cancellationToken), now);
            token.Last = answer;
            metrics.RedisLookup(answer.IsRevoked ? "revoked" : "not_revoked");
            return answer.IsRevoked ? RevocationStatus.Revoked : RevocationStatus.NotRevoked;
        }
        catch (Exception fault) when (fault is TimeoutException or RedisUnavailableException)
        {
            metrics.RedisLookup("unavailable");
            return last is { IsRevoked: true } ? RevocationStatus.Revoked : RevocationStatus.Unavailable;
        }
        finally
        {
            // Observe late exceptions so that they do not surface as unobserved.
            _ = call.ContinueWith(
                static late => late.Exception, CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    public void Dispose() => _places.Dispose();

    private async Task<bool> CallAsync(ImmutableArray<string> keys)
    {
        if (!await _places.WaitAsync(settings.Timeout))
        {
            throw new RedisUnavailableException(RedisFault.TooManyCalls);
        }

        try
        {
            // Not given up with the request: a call counts until Redis has answered it or its own deadline is over.
            var isThere = await redis.CallAsync(database => IsAnyThereAsync(database, keys, CommandFlags.DemandMaster), CancellationToken.None);
            // A key that is missing on a former primary may exist on the current one.
            return isThere || redis.SincePrimary <= list.MaxStaleness ? isThere : throw new RedisUnavailableException(RedisFault.RoleUnknown);
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
        finally
        {
            _places.Release();
        }
    }

    /// <summary>One that is there decides, whatever became of the questions for the others, which other nodes may have.</summary>
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
