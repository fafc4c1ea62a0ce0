using Gateway.Runtime;

namespace Gateway.Pipeline.ResponseHeaders;

/// <summary>
/// Sets <c>Gateway:ResponseHeaders</c> on every response, error responses of the gateway included, if the destination has not set them.
/// </summary>
internal sealed class ResponseHeadersMiddleware(RequestDelegate next, LiveGateway live)
{
    private static readonly Func<object, Task> SetHeaders = static state =>
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        // Looked up at the start of the response, because hygiene sets the snapshot of the request after this stage.
        foreach (var header in GatewayRequest.Find(context)?.Snapshot.Settings.ResponseHeaders ?? [])
        {
            if (!headers.ContainsKey(header.Name) && (context.Request.IsHttps || !header.IsForHttps))
            {
                headers[header.Name] = header.Value;
            }
        }

        return Task.CompletedTask;
    };

    public Task InvokeAsync(HttpContext context)
    {
        // Most gateways set none; then no request pays for a callback.
        if (!live.Current.Settings.ResponseHeaders.IsEmpty)
        {
            context.Response.OnStarting(SetHeaders, context);
        }

        return next(context);
    }
}
