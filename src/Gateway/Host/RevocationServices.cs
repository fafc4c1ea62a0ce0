using Gateway.Redis;
using Gateway.Revocation;
using Gateway.Runtime;
using Gateway.Telemetry;

namespace Gateway.Host;

/// <summary>
/// The store that the configuration names, for the gateway and for commands beside it, and the connection to Redis of look-ups.
/// </summary>
internal static class RevocationServices
{
    public static void AddRevocationLog(this IServiceCollection services, GatewaySettings settings)
    {
        // Also without Redis as the store: shared rate limits count there.
        if (settings.Redis is { } redis)
        {
            services.AddSingleton(provider => new RedisConnection(
                redis,
                CheckEvery(provider.GetRequiredService<RevocationList>()),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<RedisConnection>>()));
        }

        services.AddSingleton(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            var log = CreateLog(
                settings.Store, CheckEvery(provider.GetRequiredService<RevocationList>()), time,
                provider.GetRequiredService<ILoggerFactory>(),
                provider.GetService<RedisConnection>());
            if (log is RedisRevocationLog shared)
            {
                var metrics = provider.GetRequiredService<GatewayMetrics>();
                metrics.ObserveMalformedRevocations(() => shared.MalformedEntries);
                metrics.ObserveLostRevocations(() => shared.Losses);
            }

            return log;
        });
        services.AddSingleton<RevocationWriter>();
        services.AddSingleton(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            // A log remembers how its last read went, so people's questions must not get between the follower's reads.
            return provider.GetRequiredService<IRevocationLog>() switch
            {
                RedisRevocationLog shared => new RevocationHistory(shared.PageAfterAsync, time),
                SqliteRevocationLog => new RevocationHistory(new SqliteRevocationLog(settings.Store.SqlitePath, time).ReadAfterAsync, time),
                var log => new RevocationHistory(log.ReadAfterAsync, time),
            };
        });
    }

    /// <summary>
    /// Snapshots beside the stream in Redis, and in the folder that is named: a loader at the start, and a writer for each.
    /// </summary>
    public static void AddRevocationSnapshots(this IServiceCollection services, GatewaySettings settings)
    {
        services.AddSingleton(provider =>
        {
            var (progress, time) = (new SnapshotProgress(), provider.GetRequiredService<TimeProvider>());
            provider.GetRequiredService<GatewayMetrics>().ObserveRevocationSnapshots(
                () => progress.Seen.Select(snapshot => (snapshot.Key, time.GetUtcNow() - snapshot.Value.WrittenAt)));
            return progress;
        });
        if (settings.Store.Kind != RevocationStore.Redis || settings.Redis is null)
        {
            return;
        }

        services.AddSingleton<SnapshotRules>();
        services.AddSingleton(
            provider => new RedisSnapshots(provider.GetRequiredService<RedisConnection>(), provider.GetRequiredService<TimeProvider>()));
        AddSnapshotWriter<RedisSnapshots>(services);
        if (settings.SnapshotDirectory is { } folder)
        {
            services.AddSingleton(_ => new SnapshotFile(folder));
            AddSnapshotWriter<SnapshotFile>(services);
        }

        services.AddSingleton(provider => new SnapshotLoader(
            [.. provider.GetServices<ISnapshotStore>()],
            provider.GetRequiredService<IRevocationLog>(),
            provider.GetRequiredService<SnapshotProgress>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SnapshotLoader>>()));
    }

    private static void AddSnapshotWriter<T>(IServiceCollection services)
        where T : class, ISnapshotStore
    {
        services.AddSingleton<ISnapshotStore>(provider => provider.GetRequiredService<T>());
        services.AddSingleton<IHostedService>(provider => new SnapshotWriter(
            provider.GetRequiredService<T>(),
            provider.GetRequiredService<RevocationList>().Set,
            provider.GetRequiredService<SnapshotProgress>(),
            provider.GetRequiredService<SnapshotRules>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SnapshotWriter>>()));
    }

    /// <summary>The look-up of each request in Redis, if <c>Gateway:Revocation:Lookup</c> is there. Else nothing is registered.</summary>
    public static void AddRevocationLookup(this IServiceCollection services, GatewaySettings settings)
    {
        if (settings.Lookup is { } lookup)
        {
            services.AddSingleton(lookup);
            services.AddSingleton<RevocationLookup>();
            services.AddHostedService(provider => provider.GetRequiredService<RevocationLookup>());
        }
    }

    /// <summary>A store for commands beside the gateway.</summary>
    public static IRevocationLog CreateLog(StoreSettings store, TimeProvider time, ILoggerFactory loggers) =>
        CreateLog(store, () => RevocationCheck.CheckEvery(store.MaxStaleness), time, loggers, connection: null);

    /// <param name="checkEvery">How often the store is looked at without being told of a change.</param>
    /// <param name="connection">Redis, when it is the store; null makes a connection of the log's own.</param>
    private static IRevocationLog CreateLog(
        StoreSettings store, Func<TimeSpan> checkEvery, TimeProvider time, ILoggerFactory loggers, RedisConnection? connection)
    {
        if (store.Kind != RevocationStore.Redis || store.Redis is not { } redis)
        {
            return store.Kind == RevocationStore.Memory
                ? new MemoryRevocationLog(time, checkEvery)
                : new SqliteRevocationLog(store.SqlitePath, time, checkEvery);
        }

        return new RedisRevocationLog(
            connection ?? new RedisConnection(redis, checkEvery, time, loggers.CreateLogger<RedisConnection>()),
            checkEvery,
            time,
            loggers.CreateLogger<RedisRevocationLog>());
    }

    /// <summary>Uses the setting in effect, because it can be reloaded.</summary>
    private static Func<TimeSpan> CheckEvery(RevocationList list) => () => RevocationCheck.CheckEvery(list.MaxStaleness);
}
