namespace Gateway.Pipeline.Telemetry;

/// <summary>
/// The request's line in the access log when every request is to have one. Costs nothing otherwise; the lines that say what went wrong
/// are written by the stage that gives failures a body.
/// </summary>
internal sealed class AccessLogMiddleware(RequestDelegate next, AccessLog log)
{
    public Task InvokeAsync(HttpContext context) => log.IsForAll ? LogAsync(context) : next(context);

    private async Task LogAsync(HttpContext context)
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
            log.Ordinary(context, started, failure);
        }
    }
}
