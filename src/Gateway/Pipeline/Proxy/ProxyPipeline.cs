using Gateway.Runtime;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// YARP's stages in YARP's order, and those of <c>Gateway:Clusters</c>. A stage that awaits the response costs each request an async frame,
/// so only clusters that are configured for one pass through it (docs/decisions/0007-frames.md).
/// </summary>
internal static class ProxyPipeline
{
    public static void Use(IReverseProxyApplicationBuilder proxy)
    {
        // Stages are built from the last to the first, so the stage to skip to exists when the skipping stage is built.
        RequestDelegate? plain = null;
        RequestDelegate? end = null;
        proxy.UseSessionAffinity();
        proxy.Use(next => context => IsWatched(context) ? next(context) : plain!(context));
        proxy.UseMiddleware<InFlightMiddleware>();
        proxy.UseMiddleware<ExchangeMiddleware>();
        proxy.UseMiddleware<RetryMiddleware>();
        proxy.UseLoadBalancing();
        proxy.UsePassiveHealthChecks();
        proxy.Use(_ => end!);
        proxy.Use(next => plain = next);
        proxy.UseLoadBalancing();
        proxy.Use(next => end = next);
    }

    /// <summary>Whether the request needs the stages of a cluster. A request without a route is treated as one that does.</summary>
    private static bool IsWatched(HttpContext context) => GatewayRequest.Of(context).Route is not { IsWatched: false };
}
