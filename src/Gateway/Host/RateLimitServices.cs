using Gateway.RouteFeatures.Limits;
using Gateway.Runtime;

namespace Gateway.Host;

/// <summary>What counts limits over all replicas, where there is a Redis to count in.</summary>
internal static class RateLimitServices
{
    public static void AddSharedRateLimits(this IServiceCollection services, GatewaySettings settings)
    {
        if (settings.Redis is not null)
        {
            services.AddSingleton<SharedRateLimits>();
            services.AddHostedService(provider => provider.GetRequiredService<SharedRateLimits>());
        }
    }
}
