using Gateway.Errors;
using Gateway.Runtime;
using Gateway.Telemetry;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// Limits the concurrent requests of a cluster. Further requests are rejected at once, because a queue would only move the overload.
/// </summary>
internal sealed class InFlightMiddleware(RequestDelegate next, GatewayMetrics metrics)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (GatewayRequest.Of(context).Route?.ClusterRules is not { Settings.MaxInFlight: { } max } rules)
        {
            await next(context);
            return;
        }

        if (!rules.InFlight.TryEnter(max))
        {
            AuthDecision.Overloaded(context);
            metrics.ClusterRejected(rules.Settings.Id);
            context.Response.SetRetryAfter();
            await Problem.WriteAsync(context, StatusCodes.Status503ServiceUnavailable);
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            // In every case, also after an exception; a count that is never given back would block the cluster.
            rules.InFlight.Leave();
        }
    }
}
