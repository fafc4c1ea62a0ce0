using System.Diagnostics;
using Gateway.Telemetry;

namespace Gateway.Pipeline.Telemetry;

/// <summary>
/// One completed span for a request, and its line in the access log when every request is to have one. Costs nothing when neither is
/// asked for; the lines that say what went wrong are written by the stage that gives failures a body.
/// </summary>
internal sealed class RequestTelemetryMiddleware(RequestDelegate next, AccessLog log)
{
    public Task InvokeAsync(HttpContext context)
    {
        var span = Activity.Current is { IsAllDataRequested: true } activity ? activity : null;
        return span is not null || log.IsForAll ? ObserveAsync(context, span) : next(context);
    }

    private async Task ObserveAsync(HttpContext context, Activity? span)
    {
        var started = log.Start();
        Exception? failure = null;
        try
        {
            await next(context);
        }
        catch (Exception fault)
        {
            failure = fault;
            throw;
        }
        finally
        {
            if (span is not null)
            {
                RequestSpan.Complete(span, context, failure);
            }

            log.Ordinary(context, started, failure);
        }
    }
}
