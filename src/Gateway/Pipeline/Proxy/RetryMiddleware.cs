using Gateway.RouteFeatures.Clusters;
using Gateway.Runtime;
using Gateway.Telemetry;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// Retries a request on another destination of its cluster if <see cref="RetryRule"/> allows it. It runs before load balancing, which
/// selects again, and after session affinity, so that a session keeps its destination. Each attempt passes the identity check and the
/// transforms.
/// </summary>
internal sealed class RetryMiddleware(RequestDelegate next, GatewayMetrics metrics, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context) =>
        GatewayRequest.Of(context) is { Tunnel: TunnelRequest.None, Route.ClusterRules: { Retry: { } retry } rules }
            ? SendAsync(context, rules.Settings.Id, retry)
            : next(context);

    private async Task SendAsync(HttpContext context, string cluster, RetryRules rules)
    {
        var proxy = context.GetReverseProxyFeature();
        var left = proxy.AvailableDestinations;
        var attempt = RetryableRequest.Begin(context);
        // Every request adds its share, and every retry takes a whole one, so that retries stay a share of the requests.
        rules.Budget.Add();
        proxy.AvailableDestinations = rules.Unreachable.Without(left, time);
        await next(context);
        for (var retries = 0; RetryRule.FaultOf(context) is { } fault && proxy.ProxiedDestination is { } tried; retries++)
        {
            if (RetryRule.HasNoConnection(fault))
            {
                rules.Unreachable.Add(tried, time);
            }

            left = [.. left.Where(destination => destination != tried)];
            // The budget comes last: an attempt that is not possible must not use it up.
            if (retries == rules.Attempts || left.Count == 0 || !RetryRule.Allows(context, fault, attempt.Body))
            {
                return;
            }

            if (!rules.Budget.TryTake())
            {
                metrics.ClusterRetried(cluster, "over_budget");
                return;
            }

            attempt.Restore(context);
            proxy.AvailableDestinations = rules.Unreachable.Without(left, time);
            // Otherwise a failure before load balancing would be blamed on the destination that was tried before.
            proxy.ProxiedDestination = null;
            await next(context);
            metrics.ClusterRetried(cluster, context.Features.Get<IForwarderErrorFeature>() is null ? "success" : "failure");
        }
    }
}
