using Gateway.Identity;
using Gateway.Runtime;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// Forwards a request on a route without transforms as YARP does, with the identity instead of the client's credentials. YARP itself would
/// run a list of transforms for headers that hygiene has already removed (docs/decisions/0008-plain-routes.md).
/// </summary>
internal sealed class PlainTransformer : HttpTransformer
{
    public static readonly PlainTransformer Instance = new();

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var known = GatewayRequest.Of(httpContext);
        var headers = proxyRequest.Headers;
        if (!ProxiedIdentity.TrySet(httpContext, known, headers, destinationPrefix, isPlain: true))
        {
            return;
        }

        proxyRequest.RequestUri = DestinationTarget.Of(httpContext, known.Path, destinationPrefix);
        // Null takes the host of the address. The client's Host is never forwarded as such; X-Forwarded-Host has it.
        headers.Host = httpContext.GetReverseProxyFeature().ProxiedDestination?.Model.Config.Host;
        var (request, client) = (httpContext.Request, httpContext.Connection.RemoteIpAddress);
        ReadOnlySpan<IdentityHeader> forwarded =
        [
            new(ForwardedAddress.Header, client is null ? "" : ForwardedAddress.Of(client)),
            new("X-Forwarded-Host", request.Host.ToUriComponent()),
            new("X-Forwarded-Proto", request.Scheme),
        ];
        ProxiedIdentity.Set(client is null ? forwarded[1..] : forwarded, headers);
        ForwardedHeaders.AddPrefix(httpContext, headers);
        ForwardedHeaders.AddPort(known, headers);
    }
}
