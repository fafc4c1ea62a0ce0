using Gateway.Redis;
using Gateway.Revocation;
using Gateway.RouteFeatures.Affinity;
using Gateway.Runtime;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gateway.Host;

/// <summary>Registers the store of the session affinity keys: a folder or Redis, shared by all replicas; otherwise memory.</summary>
internal static class AffinityServices
{
    /// <summary>
    /// Call after YARP's services, which register the framework's defaults: a folder below HOME, and warnings at every start.
    /// </summary>
    public static void AddAffinityKeys(this IServiceCollection services, GatewaySettings settings)
    {
        if (settings.ProtectionKeyDirectory is null && settings.Store.Kind != RevocationStore.Redis)
        {
            // In memory only: cookies and headers of another replica, or of this one before a restart, cannot be read.
            services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider()));
        }
        else
        {
            // A fixed name, because the default is a path: replicas in different folders could not read each other's cookies.
            var protection = services.AddDataProtection().SetApplicationName("Gateway");
            if (settings.ProtectionKeyDirectory is { } directory)
            {
                protection.PersistKeysToFileSystem(new DirectoryInfo(directory));
            }
            else
            {
                services.AddOptions<KeyManagementOptions>().Configure<RedisConnection>(
                    static (options, redis) => options.XmlRepository = new RedisKeyRepository(redis));
            }
        }

        // The framework would read the keys at the start, whether or not a route needs them.
        var reader = services.Single(service => service.ServiceType == typeof(IHostedService)
            && service.ImplementationType?.Assembly == typeof(KeyManagementOptions).Assembly);
        services.Remove(reader);
        var shared = services.Last(service => service.ServiceType == typeof(IDataProtectionProvider));
        services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider>(provider => new AffinityKeys(
            (IDataProtectionProvider)(shared.ImplementationInstance
                ?? shared.ImplementationFactory?.Invoke(provider)
                ?? ActivatorUtilities.CreateInstance(provider, shared.ImplementationType!)),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<AffinityKeys>>())));
    }
}
