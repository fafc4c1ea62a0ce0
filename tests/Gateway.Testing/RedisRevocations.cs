using Gateway.Redis;
using Gateway.Revocation;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Testing;

/// <summary>The gateway's way to the revocations in a Redis, without a gateway.</summary>
internal static class RedisRevocations
{
    /// <param name="address">A connection string without a password.</param>
    public static RedisConnection Connect(string address) => new(
        new RedisSettings
        {
            Connection = address,
            Name = "redis",
            PasswordFile = null,
            KeyPrefix = "gateway:",
            Timeout = TimeSpan.FromSeconds(2),
            Authorities = null,
            Certificate = null,
        },
        TimeProvider.System, NullLogger<RedisConnection>.Instance);

    public static RedisRevocationLog Log(RedisConnection connection) =>
        new(connection, TimeSpan.FromSeconds(1), TimeProvider.System, NullLogger<RedisRevocationLog>.Instance);
}
