using System.Diagnostics;
using System.Globalization;
using Gateway.Foundation;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Gateway.Telemetry;

/// <summary>
/// Completes the server span that ASP.NET Core starts, with what was asked and what came of it.
/// </summary>
internal static class RequestSpan
{
    private const int HttpPort = 80;
    private const int HttpsPort = 443;

    /// <summary>The source of the spans that are the gateway's own.</summary>
    public static readonly ActivitySource Source = new("Gateway");

    /// <summary>Nanoseconds when nobody listens.</summary>
    public static Activity? StartKeyRefresh(string issuer) => Source.StartActivity("gateway.keys.refresh")?.SetTag("gateway.issuer", issuer);

    public static void Complete(Activity span, HttpContext context, Exception? fault)
    {
        var method = RequestMethod.Known(context.Request.Method);
        var pattern = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        span.DisplayName = pattern is null ? method : $"{method} {pattern}";
        Describe(span, context.Request, method);
        span.SetTag("http.route", pattern);
        span.SetTag("http.response.status_code", context.Response.StatusCode);
        span.SetTag("network.protocol.version", context.Request.Protocol["HTTP/".Length..]);
        span.SetTag("gateway.route.id", RouteOf(context)?.RouteId);
        if (context.Features.Get<IReverseProxyFeature>() is { } proxy)
        {
            span.SetTag("gateway.cluster.id", proxy.Cluster.Config.ClusterId);
            span.SetTag("gateway.destination.id", proxy.ProxiedDestination?.DestinationId);
        }

        span.SetTag("gateway.proxy.error", context.Features.Get<IForwarderErrorFeature>()?.Error.ToString());
        var error = fault is not null ? fault.GetType().FullName
            : context.Response.StatusCode >= 500 ? context.Response.StatusCode.ToString(CultureInfo.InvariantCulture)
            : null;
        if (error is not null)
        {
            span.SetTag("error.type", error);
            span.SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>
    /// What ASP.NET Core would say. It reads <see cref="HttpRequest.Host"/> before any stage of ours, which throws for a host that is no
    /// punycode, so that it is told not to.
    /// </summary>
    private static void Describe(Activity span, HttpRequest request, string method)
    {
        var host = new HostString(request.Headers.Host.ToString());
        span.SetTag("http.request.method", method);
        span.SetTag("url.scheme", request.Scheme);
        span.SetTag("url.path", request.PathBase.Value + request.Path.Value);
        span.SetTag("server.address", host.HasValue ? host.Host : null);
        span.SetTag("server.port", host.Port ?? (request.IsHttps ? HttpsPort : HttpPort));
        span.SetTag("user_agent.original", request.Headers.UserAgent is [{ } agent] ? agent : null);
    }

    public static RouteConfig? RouteOf(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>()?.Config;
}
