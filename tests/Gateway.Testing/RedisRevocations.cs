using Gateway.Redis;
using Gateway.Revocation;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Testing;

/// <summary>The gateway's way to the revocations in a Redis, without a gateway.</summary>
internal static class RedisRevocations
{
    /// <summary>The deadline of each call.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <param name="address">A connection string without a password.</param>
    public static RedisConnection Connect(string address, TimeProvider? time = null) => new(
        new RedisSettings
        {
            Connection = address,
            Name = "redis",
            PasswordFile = null,
            KeyPrefix = "gateway:",
            Timeout = Timeout,
            Authorities = null,
            Certificate = null,
        },
        () => TimeSpan.FromSeconds(1), time ?? TimeProvider.System, NullLogger<RedisConnection>.Instance);

    public static RedisRevocationLog Log(RedisConnection connection) =>
        new(connection, () => TimeSpan.FromSeconds(1), TimeProvider.System, NullLogger<RedisRevocationLog>.Instance);
}
