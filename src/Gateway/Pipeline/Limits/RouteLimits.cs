using Gateway.Foundation;
using Gateway.Runtime;

namespace Gateway.Pipeline.Limits;

/// <summary>The stages that limit a route's requests in number and in time, for the routes that have a limit, and for those alone.</summary>
internal static class RouteLimits
{
    public static void UseRouteLimits(this IApplicationBuilder app) => app.UseOnceNeeded(
        static context => GatewayRequest.Of(context).Route is { RateLimit: not null } or { HasTimeout: true },
        static routed =>
        {
            routed.UseMiddleware<RateLimitMiddleware>();
            routed.UseRequestTimeouts();
        });
}
