using Gateway.Redis;
using Gateway.Settings;

namespace Gateway.RouteFeatures.Limits;

/// <summary>Checks what <see cref="RateLimitOptions.Shared"/> asks for.</summary>
internal static class SharedLimitCheck
{
    private const string RedisSection = "Gateway:Revocation:Redis";

    /// <summary>The Redis of shared limits when it is used for nothing else; null without a shared limit or an address.</summary>
    public static RedisSettings? RedisOf(
        IEnumerable<RateLimitOptions> limits, RedisOptions redis, IConfiguration configuration, SettingsContext context) =>
        limits.Any(limit => limit.Shared) && configuration[$"{RedisSection}:{nameof(RedisOptions.Connection)}"] is not null
            ? RedisCheck.Build(redis, context)
            : null;

    public static void Run(string path, RateLimitOptions options, bool hasRedis, ConfigurationReport report)
    {
        if (!options.Shared)
        {
            return;
        }

        path += $":{nameof(RateLimitOptions.Shared)}";
        if (!hasRedis)
        {
            report.Error(
                path, "no Redis is configured to count in.",
                $"Set {RedisSection}:{nameof(RedisOptions.Connection)}, or remove {nameof(RateLimitOptions.Shared)}.");
        }

        if (options.Kind == RateLimitKind.Concurrency)
        {
            report.Error(
                path, "requests under way cannot be shared: a replica that is killed would keep its permits.",
                $"Remove it, or choose another {nameof(RateLimitOptions.Kind)}.");
        }

        if (options.Queue > 0)
        {
            report.Error(
                path, "requests of several replicas cannot wait in one queue.",
                $"Remove it, or set {nameof(RateLimitOptions.Queue)} to 0.");
        }
    }
}
