using System.Diagnostics;
using System.Globalization;
using Gateway.Errors;
using Gateway.Foundation;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Gateway.Telemetry;

/// <summary>
/// Sets the gateway's attributes on the server span, in addition to OpenTelemetry's instrumentation, and starts the gateway's own spans.
/// </summary>
internal static class RequestSpan
{
    private const int HttpPort = 80;
    private const int HttpsPort = 443;

    /// <summary>The source of the gateway's own spans.</summary>
    public static readonly ActivitySource Source = new("Gateway");

    // Client-supplied text: a method that HTTP does not define, and the names of query parameters.
    private static readonly string[] Removed = ["http.request.method_original", "url.query"];

    /// <summary>Null without a listener, and for a background refresh, which would otherwise start a trace.</summary>
    public static Activity? StartKeyRefresh(string issuer) =>
        Activity.Current is null ? null : Source.StartActivity("gateway.keys.refresh")?.SetTag("gateway.issuer", issuer);

    public static void Complete(Activity span, HttpResponse response)
    {
        var context = response.HttpContext;
        foreach (var name in Removed)
        {
            span.SetTag(name, null);
        }

        Describe(span, context.Request);
        span.SetTag("gateway.route.id", RouteOf(context)?.RouteId);
        if (context.Features.Get<IReverseProxyFeature>() is { } proxy)
        {
            span.SetTag("gateway.cluster.id", proxy.Cluster.Config.ClusterId);
            span.SetTag("gateway.destination.id", proxy.ProxiedDestination?.DestinationId);
        }

        span.SetTag("gateway.proxy.error", context.Features.Get<IForwarderErrorFeature>()?.Error.ToString());
        // The status of a rejected gRPC call is HTTP 200, so the instrumentation does not mark the span as failed.
        var status = GrpcRejection.StatusOf(context);
        if (status != response.StatusCode && status >= StatusCodes.Status500InternalServerError)
        {
            span.SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
            span.SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>
    /// The attributes of the request. The instrumentation reads <see cref="HttpRequest.Host"/>, which throws for a host that is not valid
    /// punycode, and then sets none of them.
    /// </summary>
    private static void Describe(Activity span, HttpRequest request)
    {
        var host = new HostString(request.Headers.Host.ToString());
        span.SetTag("http.request.method", RequestMethod.Known(request.Method));
        span.SetTag("url.scheme", request.Scheme);
        span.SetTag("url.path", request.PathBase.Value + request.Path.Value);
        span.SetTag("server.address", host.HasValue ? host.Host : null);
        span.SetTag("server.port", host.Port ?? (request.IsHttps ? HttpsPort : HttpPort));
        span.SetTag("user_agent.original", request.Headers.UserAgent is [{ } agent] ? agent : null);
        span.SetTag("network.protocol.version", request.Protocol["HTTP/".Length..]);
    }

    public static RouteConfig? RouteOf(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>()?.Config;
}
