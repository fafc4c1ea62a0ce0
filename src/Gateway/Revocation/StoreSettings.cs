using Gateway.Redis;

namespace Gateway.Revocation;

/// <summary>The revocation store: all that is needed to open it.</summary>
/// <param name="SqlitePath">Full path of the embedded store.</param>
/// <param name="Redis">Null when Redis is not the store.</param>
internal sealed record StoreSettings(RevocationOptions Options, string SqlitePath, RedisSettings? Redis);
