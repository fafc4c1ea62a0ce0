using System.Collections.Frozen;
using StackExchange.Redis;

namespace Gateway.Redis;

/// <summary>The closed list of faults of Redis.</summary>
internal enum RedisFault
{
    NotConnected,
    NoPrimary,
    SeveralPrimaries,
    Replaced,
    SentinelsDisagree,
    Untrusted,
    Silent,
    Loading,
    AuthenticationRequired,
    WrongPassword,
    NotPermitted,
    ReadOnly,
    TooFewReplicas,
    RoleUnknown,
    OutOfMemory,
    Misconfigured,
    Moved,
    WrongType,
    NoSuchKey,
    Garbage,
    TooManyCalls,
    NotReplicated,
    NotConfirmed,
    ClusterWithoutWait,
    Other,
}

/// <summary>The text of a fault, and whether it affects all calls or one.</summary>
/// <param name="Prefix">The start of Redis' own error message, if there is one.</param>
/// <param name="IsOutage">True when every call would fail.</param>
/// <param name="Message">A text for operators. Never Redis' own text, which may repeat arguments.</param>
internal sealed record RedisFaultTraits(string? Prefix, bool IsOutage, string Message);

/// <summary>The table of faults.</summary>
internal static class RedisFaults
{
    private static readonly FrozenDictionary<RedisFault, RedisFaultTraits> Table = new Dictionary<RedisFault, RedisFaultTraits>
    {
        [RedisFault.NotConnected] = new(null, true, "no connection to Redis"),
        [RedisFault.NoPrimary] = new(null, true, "no connection to Redis' primary, only to others"),
        [RedisFault.SeveralPrimaries] = new(
            null, true, "several of Redis' members report that they are the primary; make all but one replicas of it"),
        [RedisFault.Replaced] = new(null, true, "the sentinels name another primary than the one that is connected"),
        [RedisFault.SentinelsDisagree] = new(
            null, true, "the sentinels that answer do not agree on the primary; run three or more and let them reach each other"),
        [RedisFault.Untrusted] =
            new(null, true, "Redis' certificate is not trusted; set CaFile, or sslHost=... in Connection to the name in the certificate"),
        [RedisFault.Silent] = new(null, true, "Redis does not answer in time"),
        [RedisFault.Loading] = new("LOADING", true, "Redis is still loading its data (LOADING)"),
        [RedisFault.AuthenticationRequired] =
            new("NOAUTH", true, "Redis requires a password and none is configured (NOAUTH); set PasswordFile"),
        [RedisFault.WrongPassword] = new("WRONGPASS", true, "Redis rejects the password (WRONGPASS); correct it"),
        [RedisFault.NotPermitted] = new(
            "NOPERM", false,
            "Redis' access list forbids the call (NOPERM); allow the gateway's user its keys, channels and commands (docs/operations.md " +
                "lists them)"),
        [RedisFault.ReadOnly] =
            new("READONLY", false, "Redis is a read-only replica (READONLY); name the primary, or all members, in Connection"),
        [RedisFault.TooFewReplicas] = new(
            "NOREPLICAS", false,
            "Redis' primary has fewer replicas than its min-replicas-to-write (NOREPLICAS), so another may have taken its place"),
        [RedisFault.RoleUnknown] =
            new(null, false, "Redis' primary has not reported its role within MaxStaleness; allow the gateway's user ROLE"),
        [RedisFault.OutOfMemory] = new("OOM", false, "Redis is out of memory (OOM) and stores nothing; give it more"),
        [RedisFault.Misconfigured] = new("MISCONF", false, "Redis cannot write to its disk (MISCONF) and stores nothing"),
        [RedisFault.Moved] = new("MOVED", false, "the Redis cluster has the key elsewhere or is not whole (MOVED, CLUSTERDOWN)"),
        [RedisFault.WrongType] =
            new("WRONGTYPE", false, "one of the gateway's keys holds a value of another type (WRONGTYPE); choose another KeyPrefix"),
        [RedisFault.NoSuchKey] = new("ERR no such key", false, "Redis has no such key"),
        [RedisFault.Garbage] =
            new(null, true, "the reply is not in Redis' protocol, or has an unexpected type; check that the port is Redis'"),
        [RedisFault.TooManyCalls] = new(null, true, "too many calls to Redis are unanswered"),
        [RedisFault.NotReplicated] = new(
            null, false,
            "too few of Redis' replicas have acknowledged the entry in time (WaitReplicas); it is written, but a failover may lose it"),
        [RedisFault.NotConfirmed] = new(
            null, false, "the primary or the connection to it was replaced before it was clear that a failover cannot lose the entry"),
        [RedisFault.ClusterWithoutWait] = new(null, false, "WaitReplicas does not work with a Redis cluster; set it to 0"),
        [RedisFault.Other] = new(null, false, "Redis rejects the call"),
    }.ToFrozenDictionary();

    public static RedisFaultTraits Of(RedisFault fault) => Table[fault];

    /// <summary>Maps an exception of the client to a fault.</summary>
    /// <param name="hasPassword">True when a password was sent: the client reports a missing and a wrong one alike.</param>
    public static RedisFault Classify(Exception exception, bool hasPassword) => exception switch
    {
        RedisServerException => OfServerError(exception.Message),
        TimeoutException => RedisFault.Silent,
        InvalidCastException => RedisFault.Garbage,
        _ => OfFailedConnection($"{exception.Message} {exception.InnerException?.Message}", hasPassword),
    };

    /// <summary>Maps an error reply of Redis to a fault by its first word.</summary>
    public static RedisFault OfServerError(string text)
    {
        foreach (var (fault, traits) in Table)
        {
            if (traits.Prefix is { } prefix && text.StartsWith(prefix, StringComparison.Ordinal))
            {
                return fault;
            }
        }

        // A replica without a primary, which does not answer because of replica-serve-stale-data no.
        if (text.StartsWith("MASTERDOWN", StringComparison.Ordinal))
        {
            return RedisFault.ReadOnly;
        }

        // The client describes a redirect that leads nowhere in its own words.
        return text.StartsWith("ASK ", StringComparison.Ordinal) || text.StartsWith("CLUSTERDOWN", StringComparison.Ordinal)
            || text.Contains("MOVED", StringComparison.Ordinal) || text.Contains("hashslot", StringComparison.Ordinal)
            ? RedisFault.Moved
            : RedisFault.Other;
    }

    /// <summary>Maps a failed connection to a fault. The client reports the cause only in the text of its exception.</summary>
    public static RedisFault OfFailedConnection(string text, bool hasPassword)
    {
        if (Says("WRONGPASS") || Says("invalid password"))
        {
            return RedisFault.WrongPassword;
        }

        if (Says("NOAUTH") || Says(nameof(ConnectionFailureType.AuthenticationFailure)))
        {
            return hasPassword ? RedisFault.WrongPassword : RedisFault.AuthenticationRequired;
        }

        if (Says("LOADING"))
        {
            return RedisFault.Loading;
        }

        return Says(nameof(ConnectionFailureType.InternalFailure))
            || Says(nameof(ConnectionFailureType.ProtocolFailure))
            || Says("Unexpected response")
            ? RedisFault.Garbage
            : RedisFault.NotConnected;

        bool Says(string words) => text.Contains(words, StringComparison.Ordinal);
    }
}

/// <summary>A call to Redis failed, or was not made because it would fail.</summary>
#pragma warning disable CA1032, CA1064 // Always thrown with its fault, and only inside this assembly.
internal sealed class RedisUnavailableException(RedisFault fault) : Exception(RedisFaults.Of(fault).Message)
#pragma warning restore CA1032, CA1064
{
    public RedisFault Fault => fault;
}
