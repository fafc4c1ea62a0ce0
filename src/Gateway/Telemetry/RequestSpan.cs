using System.Diagnostics;
using System.Globalization;
using Gateway.Foundation;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Gateway.Telemetry;

/// <summary>
/// Completes the server span that ASP.NET Core starts: .NET 10 says method, scheme, address and path, and leaves the outcome to others.
/// </summary>
internal static class RequestSpan
{
    /// <summary>The source of the spans that are the gateway's own.</summary>
    public static readonly ActivitySource Source = new("Gateway");

    /// <summary>Nanoseconds when nobody listens.</summary>
    public static Activity? StartKeyRefresh(string issuer) => Source.StartActivity("gateway.keys.refresh")?.SetTag("gateway.issuer", issuer);

    public static void Complete(Activity span, HttpContext context, Exception? fault)
    {
        var method = RequestMethod.Known(context.Request.Method);
        var pattern = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        span.DisplayName = pattern is null ? method : $"{method} {pattern}";
        // What a client made up is at most as long as a request line, and says nothing.
        span.SetTag("http.request.method_original", null);
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

    public static RouteConfig? RouteOf(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>()?.Config;
}
