using Gateway.Foundation;
using Gateway.Redis;
using StackExchange.Redis;

namespace Gateway.Issuers;

/// <summary>Who fetches.</summary>
internal enum KeyClaim
{
    /// <summary>This replica.</summary>
    Ours,

    /// <summary>Another one has, or is about to.</summary>
    Theirs,

    /// <summary>Unknown, because Redis does not answer; each replica fetches for itself.</summary>
    Unknown,
}

/// <summary>
/// What replicas tell each other about keys, in Redis: the last fetched document of each issuer, who fetches next, and which keys an
/// operator had forgotten. All of it is a convenience: without Redis each replica fetches for itself.
/// </summary>
internal sealed partial class SharedKeys(RedisConnection redis, ILogger<SharedKeys> logger)
{
    private readonly string _name = redis.KeyPrefix + "keys";
    private volatile bool _isIgnoring;

    /// <summary>Asks to be the one replica that fetches within the time.</summary>
    public async Task<KeyClaim> ClaimAsync(string issuer, TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            return await redis.CallAsync(
                database => database.StringSetAsync(ClaimOf(issuer), Environment.MachineName, time, When.NotExists), cancellationToken)
                ? KeyClaim.Ours
                : KeyClaim.Theirs;
        }
        catch (RedisUnavailableException)
        {
            return KeyClaim.Unknown;
        }
    }

    /// <summary>The fetch has failed; any replica may try.</summary>
    public async Task ReleaseAsync(string issuer, CancellationToken cancellationToken)
    {
        try
        {
            await redis.CallAsync(database => database.KeyDeleteAsync(ClaimOf(issuer)), cancellationToken);
        }
        catch (RedisUnavailableException)
        {
            // It ends by itself.
        }
    }

    /// <summary>The issuer's shared document; null when there is none, or none that is of use.</summary>
    public async Task<StoredKeys?> ReadAsync(IssuerKeys keys, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var value = await redis.CallAsync(
                database => database.StringGetAsync(KeyOf(keys.Issuer), CommandFlags.DemandMaster), cancellationToken);
            if (value.IsNull)
            {
                return null;
            }

            if (StoredKeys.TryRead((byte[]?)value, out var stored, out var why) && (why = stored.Objection(keys, now)) is null)
            {
                _isIgnoring = false;
                return stored;
            }

            if (!_isIgnoring)
            {
                _isIgnoring = true;
                Ignored(logger, keys.Issuer, $"{_name}:{keys.Issuer}", why!);
            }
        }
        catch (RedisUnavailableException)
        {
            // As if there were none.
        }

        return null;
    }

    /// <summary>Gives a document to the others, who need not fetch for the time.</summary>
    /// <param name="keep">How long the document may be used at all.</param>
    public async Task PublishAsync(StoredKeys stored, TimeSpan time, TimeSpan keep, CancellationToken cancellationToken)
    {
        try
        {
            await redis.CallAsync(database => database.StringSetAsync(KeyOf(stored.Issuer), stored.ToUtf8(), keep), cancellationToken);
            await redis.CallAsync(
                database => database.StringSetAsync(ClaimOf(stored.Issuer), Environment.MachineName, time), cancellationToken);
            await RingAsync(stored.Issuer, cancellationToken);
        }
        catch (RedisUnavailableException)
        {
            // The others fetch for themselves.
        }
    }

    /// <summary>Has all replicas forget a key. False when Redis did not take it.</summary>
    public async Task<bool> ForgetAsync(IssuerKeys keys, string keyId, CancellationToken cancellationToken)
    {
        try
        {
            await redis.CallAsync(database => database.SetAddAsync(ForgottenOf(keys.Identifier), keyId), cancellationToken);
            await RingAsync(keys.Issuer, cancellationToken);
            return true;
        }
        catch (RedisUnavailableException)
        {
            return false;
        }
    }

    /// <summary>
    /// The key ids that all replicas are to forget; null when Redis did not say. Those that are known here and not there, as after Redis
    /// lost its data, are put there again.
    /// </summary>
    public async Task<IReadOnlyCollection<string>?> ReadForgottenAsync(
        IssuerKeys keys, IReadOnlyCollection<string> known, CancellationToken cancellationToken)
    {
        try
        {
            var stored = await ReadSetAsync(ForgottenOf(keys.Identifier), cancellationToken);
            // Earlier versions remembered them by the name in yarp.json.
            string[] forgotten =
                [.. stored, .. keys.Issuer == keys.Identifier ? [] : await ReadSetAsync(ForgottenOf(keys.Issuer), cancellationToken)];
            RedisValue[] missing = [.. known.Union(forgotten).Except(stored).Select(keyId => (RedisValue)keyId)];
            if (missing.Length > 0)
            {
                await PutBackAsync(ForgottenOf(keys.Identifier), missing, cancellationToken);
            }

            return forgotten;
        }
        catch (RedisUnavailableException)
        {
            return null;
        }
    }

    private async Task PutBackAsync(RedisKey key, RedisValue[] members, CancellationToken cancellationToken)
    {
        try
        {
            await redis.CallAsync(database => database.SetAddAsync(key, members), cancellationToken);
        }
        catch (RedisUnavailableException)
        {
            // At the next look.
        }
    }

    private async Task<string[]> ReadSetAsync(RedisKey key, CancellationToken cancellationToken)
    {
        var members = await redis.CallAsync(database => database.SetMembersAsync(key, CommandFlags.DemandMaster), cancellationToken);
        return [.. members.Select(member => (string?)member).OfType<string>()];
    }

    /// <summary>Calls back with the name of an issuer about which there is news.</summary>
    public Task ListenAsync(Action<string> changed) => redis.SubscribeAsync(_name, issuer => changed(issuer ?? ""));

    private Task<long> RingAsync(string issuer, CancellationToken cancellationToken) => redis.CallAsync(
        database => database.PublishAsync(new RedisChannel(_name, RedisChannel.PatternMode.Literal), issuer), cancellationToken);

    private RedisKey KeyOf(string issuer) => $"{_name}:{issuer}";

    private RedisKey ClaimOf(string issuer) => $"{_name}:{issuer}:claim";

    private RedisKey ForgottenOf(string identifier) => $"{_name}:{identifier}:forgotten";

    [LoggerMessage(EventIds.SharedKeysIgnored, LogLevel.Warning, "Issuer {Issuer}: the shared keys in Redis key {Key} are ignored: {Why}.")]
    private static partial void Ignored(ILogger logger, string issuer, string key, string why);
}
