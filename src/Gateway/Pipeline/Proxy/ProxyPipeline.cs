namespace Gateway.Pipeline.Proxy;

/// <summary>
/// YARP's own stages in YARP's order. The one that judges destinations by their answers waits for each of them, which costs every request
/// a frame of its own, so only clusters that ask for it pay (docs/decisions/0007-frames.md).
/// </summary>
internal static class ProxyPipeline
{
    public static void Use(IReverseProxyApplicationBuilder proxy)
    {
        RequestDelegate? afterChecks = null;
        proxy.UseSessionAffinity();
        proxy.UseLoadBalancing();
        proxy.Use(next => context => HasPassiveChecks(context) ? next(context) : afterChecks!(context));
        proxy.UsePassiveHealthChecks();
        // Stages are put together from the last to the first, so this one is known when the one that skips needs it.
        proxy.Use(next => afterChecks = next);
    }

    private static bool HasPassiveChecks(HttpContext context) =>
        context.GetReverseProxyFeature().Cluster.Config.HealthCheck?.Passive?.Enabled == true;
}
