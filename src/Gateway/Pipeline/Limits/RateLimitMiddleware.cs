using System.Globalization;
using System.Threading.RateLimiting;
using Gateway.Errors;
using Gateway.RouteFeatures.Limits;
using Gateway.Runtime;
using Gateway.Telemetry;

namespace Gateway.Pipeline.Limits;

/// <summary>Applies the route's rate limit and rejects requests above it with 429.</summary>
internal sealed class RateLimitMiddleware(RequestDelegate next, GatewayMetrics metrics)
{
    // For a concurrency limit, the time until a permit is free is unknown.
    private static readonly TimeSpan UnknownWait = TimeSpan.FromSeconds(1);

    public Task InvokeAsync(HttpContext context) =>
        GatewayRequest.Of(context).Route is { RateLimit: { } limit } route ? LimitAsync(context, route, limit) : next(context);

    private async Task LimitAsync(HttpContext context, ProtectedRoute route, RateLimit limit)
    {
        if (await AcquireAsync(context, route, limit) is not { } acquired)
        {
            return;
        }

        // Held until the response has ended, because a concurrency limit counts requests that are under way.
        using var lease = acquired.Lease;
        RateLimitAnnouncement.Make(context, limit, acquired.Count);
        await (acquired.Count.IsAcquired ? next(context) : RejectAsync(context, route, acquired.Count.RetryAfter ?? UnknownWait));
    }

    /// <summary>Null when the client has left the queue.</summary>
    private static async ValueTask<(RateLimitCount Count, RateLimitLease? Lease)?> AcquireAsync(
        HttpContext context, ProtectedRoute route, RateLimit limit)
    {
        try
        {
            return await limit.AcquireAsync(RateLimitKey.Of(context, route, limit.Partition), context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // For the log alone; the client is gone.
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return null;
        }
    }

    private Task RejectAsync(HttpContext context, ProtectedRoute route, TimeSpan wait)
    {
        AuthDecision.Limited(context);
        metrics.Limited(route.Id);
        context.Response.Headers.RetryAfter = Math.Max(1, RateLimitFields.SecondsOf(wait)).ToString(CultureInfo.InvariantCulture);
        return Problem.WriteAsync(context, StatusCodes.Status429TooManyRequests);
    }
}
