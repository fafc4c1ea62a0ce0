using Gateway.Foundation;
using Gateway.Runtime;

namespace Gateway.Pipeline.Limits;

/// <summary>Runs the stages for rate limits and timeouts, only for routes that have one.</summary>
internal static class RouteLimits
{
    public static void UseRouteLimits(this IApplicationBuilder app) => app.UseOnceNeeded(
        static context => GatewayRequest.Of(context).Route is { RateLimit: not null } or { HasTimeout: true },
        static routed =>
        {
            // Before the timeout: time in the queue of a limit does not count against it.
            routed.UseMiddleware<RateLimitMiddleware>();
            routed.UseRequestTimeouts();
        });
}
