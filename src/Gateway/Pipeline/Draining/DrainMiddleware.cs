using Gateway.RouteFeatures.Draining;

namespace Gateway.Pipeline.Draining;

/// <summary>
/// Tells the clients of a replica that ends to connect again, which leads them to another one. On HTTP/1.1 that is <c>Connection: close</c>;
/// on HTTP/2 it is GOAWAY, the server's own business.
/// </summary>
internal sealed class DrainMiddleware(RequestDelegate next, Drain drain)
{
    private static readonly Func<object, Task> CloseConnection = static context =>
    {
        var response = ((HttpContext)context).Response;
        // An upgraded connection has another use for this header.
        if (response.StatusCode != StatusCodes.Status101SwitchingProtocols)
        {
            response.Headers.Connection = "close";
        }

        return Task.CompletedTask;
    };

    public Task InvokeAsync(HttpContext context)
    {
        if (drain.IsUnderWay && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.OnStarting(CloseConnection, context);
        }

        return next(context);
    }
}
