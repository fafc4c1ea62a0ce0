using Gateway.RouteFeatures.Draining;

namespace Gateway.Pipeline.Draining;

/// <summary>
/// Makes clients of a replica that shuts down reconnect, so that they reach another replica. On HTTP/1.1 it sends
/// <c>Connection: close</c>; on HTTP/2 Kestrel sends GOAWAY.
/// </summary>
internal sealed class DrainMiddleware(RequestDelegate next, Drain drain)
{
    private static readonly Func<object, Task> CloseConnection = static context =>
    {
        var response = ((HttpContext)context).Response;
        // On an upgraded connection this header must stay "Upgrade".
        if (response.StatusCode != StatusCodes.Status101SwitchingProtocols)
        {
            response.Headers.Connection = "close";
        }

        return Task.CompletedTask;
    };

    public Task InvokeAsync(HttpContext context)
    {
        // HTTP/2 and HTTP/3 must not have this header (RFC 9113 section 8.2.2, RFC 9114 section 4.2).
        if (drain.IsUnderWay && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.OnStarting(CloseConnection, context);
        }

        return next(context);
    }
}
