using Gateway.Runtime;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Pipeline.Hygiene;

/// <summary>
/// Rejects ambiguous requests and removes headers that only the gateway may set. It runs before all decisions and for every request: also
/// for public routes, without a route, and without a valid token.
/// </summary>
internal sealed class RequestHygieneMiddleware(RequestDelegate next, LiveGateway live, GatewayMetrics metrics)
{
    public Task InvokeAsync(HttpContext context)
    {
        // The request uses this snapshot to its end, also during a reload.
        var snapshot = live.Current;
        var request = new GatewayRequest(snapshot);
        context.Features[typeof(GatewayRequest)] = request;
        RequestFault fault;
        var stripped = 0;
        try
        {
            fault = Check(context, request, out stripped);
        }
#pragma warning disable CA1031 // Only data of the client is read here, so any exception is the client's fault: 400 and not 500.
        catch (Exception)
#pragma warning restore CA1031
        {
            fault = RequestFault.Unreadable;
        }

        if (stripped > 0)
        {
            metrics.HeadersStripped(stripped);
        }

        return fault == RequestFault.None ? next(context) : RequestRejection.WriteAsync(context, fault);
    }

    /// <summary>
    /// Checks the request. The order matters: Host before anything that reads <see cref="HttpRequest.Host"/>, then what trusted proxies
    /// report, then method, target and headers, so that each check sees the values that routing will use.
    /// </summary>
    private static RequestFault Check(HttpContext context, GatewayRequest known, out int stripped)
    {
        stripped = 0;
        var settings = known.Snapshot.Settings;
        var request = context.Request;
        if (!HostHeader.IsClear(request.Headers))
        {
            return RequestFault.Host;
        }

        if (known.Snapshot.TrustedProxies is { } proxies)
        {
            if (settings.ClientCertificate.Header is { } header && proxies.HasSent(context))
            {
                // With two of them it is not known which one the proxy has written.
                known.ForwardedCertificate = request.Headers[header] is [{ } certificate] ? certificate : "";
            }

            // What a trusted proxy says of client and target is checked like what a client says.
            proxies.Apply(context, out var port);
            known.ForwardedPort = port;
            if (!HostHeader.IsClear(request.Headers))
            {
                return RequestFault.Host;
            }
        }

        var isHttp11 = HttpProtocol.IsHttp11(request.Protocol);
        // RFC 9110 section 9.3.8: a TRACE response would contain the credentials, and headers that the gateway adds.
        if (HttpMethods.IsTrace(request.Method))
        {
            return RequestFault.Method;
        }

        if (!UpgradeRequest.IsClear(context, out var tunnel))
        {
            return RequestFault.Upgrade;
        }

        known.Tunnel = tunnel;

        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var fault = RequestTarget.Read(
            target, request.Path.Value ?? "", isHttp11 || HttpProtocol.IsHttp10(request.Protocol), settings.Paths, out var reading);
        (known.Path, known.PathTraits) = (reading.Sent, reading.Traits);
        if (reading.Merged is { } merged)
        {
            request.Path = merged;
        }

        return fault == RequestFault.None
            ? RequestHeaders.Check(request.Headers, settings.ProtectedHeaders, isHttp11, out stripped)
            : fault;
    }
}
