using Gateway.Issuers;
using Gateway.Issuers.Decryption;
using Gateway.Issuers.Introspection;
using Gateway.Issuers.StatusLists;
using Gateway.Runtime;

namespace Gateway.Host;

/// <summary>Registers the services that load, find, store and share keys.</summary>
internal static class KeyServices
{
    public static void AddKeys(this IServiceCollection services, GatewaySettings settings)
    {
        services.AddSingleton<ForgottenKeyList>();
        services.AddSingleton<StoredKeyDocuments>();
        services.AddSingleton<KeyLoader>();
        services.AddSingleton<KeyRefresher>();
        services.AddSingleton<KeySearch>();
        services.AddHostedService<DecryptionKeyFollower>();
        services.AddSingleton<IntrospectionClient>();
        services.AddSingleton<Introspector>();
        services.AddSingleton<StatusListLoader>();
        services.AddHostedService<StatusListFollower>();
        if (settings.KeyCacheDirectory is { } directory)
        {
            services.AddSingleton(provider => new KeyCache(directory, provider.GetRequiredService<ILogger<KeyCache>>()));
        }

        // Only with Redis as the revocation store (SettingsBuilder).
        if (settings.ShareKeys)
        {
            services.AddSingleton<SharedKeys>();
            services.AddHostedService<SharedKeyFollower>();
        }
    }
}
