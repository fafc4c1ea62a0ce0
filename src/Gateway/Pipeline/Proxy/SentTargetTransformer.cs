using Gateway.Runtime;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// Wraps the transforms of a route: restores the parts of the request target that they have not changed, and adds headers that YARP does
/// not write.
/// </summary>
internal sealed class SentTargetTransformer(HttpTransformer inner) : HttpTransformer
{
    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await inner.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var request = GatewayRequest.Of(httpContext);
        DestinationTarget.Restore(httpContext, request, proxyRequest);
        ForwardedHeaders.AddPort(request, proxyRequest.Headers);
    }

    public override ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken) =>
        inner.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);

    public override ValueTask TransformResponseTrailersAsync(
        HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) =>
        inner.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
}
