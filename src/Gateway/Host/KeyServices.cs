using Gateway.Issuers;
using Gateway.Runtime;

namespace Gateway.Host;

/// <summary>Where key documents go besides memory.</summary>
internal static class KeyServices
{
    public static void AddKeyStores(this IServiceCollection services, GatewaySettings settings)
    {
        if (settings.KeyCacheDirectory is { } directory)
        {
            services.AddSingleton(provider => new KeyCache(directory, provider.GetRequiredService<ILogger<KeyCache>>()));
        }

        if (settings.ShareKeys)
        {
            services.AddSingleton<SharedKeys>();
            services.AddHostedService<SharedKeyFollower>();
        }
    }
}
