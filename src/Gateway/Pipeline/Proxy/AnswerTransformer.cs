using Gateway.Runtime;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// Stands around all transforms of a route and sees a destination's answer before anything of it is forwarded, and before the proxy would
/// join the two connections. What <see cref="AnswerCheck"/> rejects becomes 502; the proxy then closes the destination's connection.
/// </summary>
internal sealed class AnswerTransformer(HttpTransformer inner) : HttpTransformer
{
    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken) =>
        inner.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);

    public override ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is not null)
        {
            var fault = AnswerCheck.Of(httpContext, proxyResponse);
            if (fault != AnswerFault.None)
            {
                Reject(httpContext, fault);
                return ValueTask.FromResult(false);
            }

            AnswerHeaders.Clean(httpContext, proxyResponse);
            ChosenProtocol.Set(httpContext, proxyResponse);
        }

        return inner.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
    }

    public override ValueTask TransformResponseTrailersAsync(
        HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        // HTTP/1.1 clients get no trailers.
        if (!HttpProtocol.IsHttp11(httpContext.Request.Protocol))
        {
            AnswerHeaders.CleanTrailers(httpContext, proxyResponse.TrailingHeaders);
        }

        return inner.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
    }

    private static void Reject(HttpContext context, AnswerFault fault)
    {
        // The proxy has copied status and reason already.
        context.Response.Clear();
        context.Response.StatusCode = StatusCodes.Status502BadGateway;
        context.Features.Set<IForwarderErrorFeature>(new ProxyFault(ForwarderError.ResponseHeaders));
        AuthDecision.Answered(context, fault.ToString());
    }
}
