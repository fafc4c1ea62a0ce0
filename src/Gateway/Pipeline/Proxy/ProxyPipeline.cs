using Gateway.Runtime;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// YARP's own stages in YARP's order, with those of <c>Gateway:Clusters</c> between them. Stages that wait for an answer cost every request a
/// frame of its own, so only clusters that ask for one pay (docs/decisions/0007-frames.md).
/// </summary>
internal static class ProxyPipeline
{
    public static void Use(IReverseProxyApplicationBuilder proxy)
    {
        // Stages are put together from the last to the first, so what is skipped to is known when the one that skips needs it.
        RequestDelegate? plain = null;
        RequestDelegate? end = null;
        proxy.UseSessionAffinity();
        proxy.Use(next => context => IsWatched(context) ? next(context) : plain!(context));
        proxy.UseMiddleware<InFlightMiddleware>();
        proxy.UseMiddleware<RetryMiddleware>();
        proxy.UseLoadBalancing();
        proxy.UsePassiveHealthChecks();
        proxy.Use(_ => end!);
        proxy.Use(next => plain = next);
        proxy.UseLoadBalancing();
        proxy.Use(next => end = next);
    }

    private static bool IsWatched(HttpContext context) => GatewayRequest.Of(context).Route is not { IsWatched: false };
}
