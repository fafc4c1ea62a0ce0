using System.Net.Http.Headers;
using Gateway.RouteFeatures.TrustedProxies;
using Gateway.Runtime;

namespace Gateway.Pipeline.Proxy;

/// <summary>Adds the forwarded headers of a trusted proxy that YARP does not write.</summary>
internal static class ForwardedHeaders
{
    private const string Scheme = "X-Forwarded-Proto";

    /// <summary>Adds the port if the request has <c>X-Forwarded-Proto</c>, to which the port belongs.</summary>
    public static void AddPort(GatewayRequest request, HttpRequestHeaders proxied)
    {
        if (request.ForwardedPort is { } port && proxied.NonValidated.Contains(Scheme))
        {
            proxied.Remove(ForwardedPort.Header);
            proxied.TryAddWithoutValidation(ForwardedPort.Header, port);
        }
    }

    /// <summary>Adds the prefix as YARP does on a route with transforms.</summary>
    public static void AddPrefix(HttpContext context, HttpRequestHeaders proxied)
    {
        if (context.Request.PathBase is { HasValue: true } prefix)
        {
            proxied.TryAddWithoutValidation(ForwardedPathBase.Header, prefix.ToUriComponent());
        }
    }
}
