using Gateway.Runtime;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// Wraps all transforms of a route and checks the destination's response before any of it is forwarded, and before the proxy connects a
/// tunnel. If <see cref="ResponseCheck"/> rejects it, the client gets 502 and the proxy closes the destination's connection.
/// </summary>
internal sealed class ResponseCheckTransformer(HttpTransformer inner) : HttpTransformer
{
    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken) =>
        inner.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);

    public override ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is not null)
        {
            var request = GatewayRequest.Of(httpContext);
            var fault = ResponseCheck.Of(httpContext, request, proxyResponse);
            if (fault != ResponseFault.None)
            {
                Reject(httpContext, fault);
                return ValueTask.FromResult(false);
            }

            ResponseHeaderFilter.Clean(httpContext, request, proxyResponse);
            ChosenProtocol.Set(httpContext, request, proxyResponse);
        }

        return inner.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
    }

    public override ValueTask TransformResponseTrailersAsync(
        HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        // HTTP/1.1 clients get no trailers.
        if (!HttpProtocol.IsHttp11(httpContext.Request.Protocol))
        {
            ResponseHeaderFilter.CleanTrailers(httpContext, proxyResponse.TrailingHeaders);
        }

        return inner.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
    }

    private static void Reject(HttpContext context, ResponseFault fault)
    {
        // The proxy has copied status and reason already.
        context.Response.Clear();
        context.Response.StatusCode = StatusCodes.Status502BadGateway;
        context.Features.Set<IForwarderErrorFeature>(new ProxyFault(ForwarderError.ResponseHeaders));
        AuthDecision.Answered(context, fault.ToString());
    }
}
