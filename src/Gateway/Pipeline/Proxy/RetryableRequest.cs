using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Pipeline.Proxy;

/// <summary>The state of a request before its first attempt.</summary>
/// <param name="Headers">The response headers. Transforms also set some for a failed attempt, such as the cookie of session
/// affinity.</param>
/// <param name="Body">Null when the request has none.</param>
internal readonly record struct RetryableRequest(KeyValuePair<string, StringValues>[] Headers, WatchedBody? Body)
{
    /// <summary>Replaces the body by one that records whether it was read. The body itself is not buffered.</summary>
    public static RetryableRequest Begin(HttpContext context)
    {
        WatchedBody? body = null;
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false })
        {
            context.Request.Body = body = new WatchedBody(context.Request.Body);
        }

        return new RetryableRequest(context.Response.Headers.Count == 0 ? [] : [.. context.Response.Headers], body);
    }

    /// <summary>Resets the response after a failed attempt. The proxy forwards only while the status is 200.</summary>
    public void Restore(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.Headers.Clear();
        foreach (var (name, value) in Headers)
        {
            response.Headers[name] = value;
        }

        context.Features.Set<IForwarderErrorFeature>(null);
    }
}
