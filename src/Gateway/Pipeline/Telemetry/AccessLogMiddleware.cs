namespace Gateway.Pipeline.Telemetry;

/// <summary>
/// Writes one line for each request if the access log is configured for every request; it costs nothing otherwise. The stage that gives
/// failures a body writes the lines about failures.
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
