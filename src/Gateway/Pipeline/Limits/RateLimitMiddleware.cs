using System.Globalization;
using System.Threading.RateLimiting;
using Gateway.Errors;
using Gateway.RouteFeatures.Limits;
using Gateway.Runtime;
using Gateway.Telemetry;

namespace Gateway.Pipeline.Limits;

/// <summary>Not too many requests at once: rejects with 429 what the route's limit does not let through.</summary>
internal sealed class RateLimitMiddleware(RequestDelegate next, GatewayMetrics metrics)
{
    // Requests under way end whenever they end.
    private static readonly TimeSpan UnknownWait = TimeSpan.FromSeconds(1);

    public Task InvokeAsync(HttpContext context) =>
        GatewayRequest.Of(context).Route is { RateLimit: { } limit } route ? LimitAsync(context, route, limit) : next(context);

    private async Task LimitAsync(HttpContext context, ProtectedRoute route, RateLimit limit)
    {
        using var lease = await AcquireAsync(context, route, limit);
        if (lease is null)
        {
            return;
        }

        if (lease.IsAcquired)
        {
            await next(context);
            return;
        }

        AuthDecision.Limited(context);
        metrics.Limited(route.Id);
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var known) ? known : UnknownWait;
        context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await Problem.WriteAsync(context, StatusCodes.Status429TooManyRequests);
    }

    /// <summary>Null when the client has left the queue.</summary>
    private static async ValueTask<RateLimitLease?> AcquireAsync(HttpContext context, ProtectedRoute route, RateLimit limit)
    {
        try
        {
            return await limit.AcquireAsync(RateLimitKey.Of(context, route, limit.Partition), context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return null;
        }
    }
}
