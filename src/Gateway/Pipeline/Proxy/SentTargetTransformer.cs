using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// Stands around the transforms of a route: restores what they have not changed of the request target, and adds what YARP has no transform for.
/// </summary>
internal sealed class SentTargetTransformer(HttpTransformer inner) : HttpTransformer
{
    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await inner.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        DestinationTarget.Restore(httpContext, proxyRequest);
        ForwardedHeaders.AddPort(httpContext, proxyRequest.Headers);
    }

    public override ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken) =>
        inner.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);

    public override ValueTask TransformResponseTrailersAsync(
        HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) =>
        inner.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
}
