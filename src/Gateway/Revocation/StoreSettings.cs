using Gateway.Redis;
using Gateway.Settings;

namespace Gateway.Revocation;

/// <summary>The revocation store: all that is needed to open it.</summary>
/// <param name="MaxStaleness">The largest age of the list while the store cannot be read.</param>
/// <param name="SqlitePath">Full path of the embedded store.</param>
/// <param name="Redis">
/// The connection; null when Redis is used neither as the store, nor for <c>Lookup</c>, nor for shared rate limits.
/// </param>
internal sealed record StoreSettings(RevocationStore Kind, TimeSpan MaxStaleness, string SqlitePath, RedisSettings? Redis)
{
    public static StoreSettings Of(RevocationOptions options, RedisSettings? redis, SettingsContext context) =>
        new(options.Store, options.MaxStaleness, context.Resolve(options.Sqlite.Path), redis);
}
