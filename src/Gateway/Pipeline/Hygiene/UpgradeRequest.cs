using Gateway.Runtime;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Pipeline.Hygiene;

/// <summary>
/// YARP sends every upgrade on as GET, whatever method the client wrote, and an HTTP/2 WebSocket comes as CONNECT. The policy must be
/// that of the GET which the destination receives, so an upgrade by another method is rejected, and CONNECT is routed as GET.
/// </summary>
internal static class UpgradeRequest
{
    private const string SpdyPrefix = "SPDY/";

    /// <param name="tunnel">The only requests that a destination may answer with a tunnel.</param>
    public static bool IsClear(HttpContext context, out TunnelRequest tunnel)
    {
        tunnel = TunnelRequest.None;
        var request = context.Request;
        if (HttpMethods.IsConnect(request.Method))
        {
            // RFC 8441 section 4.
            if (context.Features.Get<IHttpExtendedConnectFeature>() is not { IsExtendedConnect: true } connect)
            {
                return false;
            }

            request.Method = HttpMethods.Get;
            tunnel = TunnelRequest.Connect;
            return WebSocketHandshake.Protocol.Equals(connect.Protocol, StringComparison.OrdinalIgnoreCase)
                && WebSocketHandshake.HasVersion(request.Headers);
        }

        var upgrade = request.Headers.Upgrade;
        foreach (var protocol in upgrade)
        {
            // Other protocols are offers that nobody takes up, which RFC 9110 section 7.8 allows.
            if (protocol is not null
                && ((protocol.Contains(WebSocketHandshake.Protocol, StringComparison.OrdinalIgnoreCase) && !HttpMethods.IsGet(request.Method))
                    || protocol.Contains(SpdyPrefix, StringComparison.OrdinalIgnoreCase)))
            {
                return false;
            }
        }

        // What the proxy sends on as an upgrade.
        if (upgrade.Count == 0
            || !WebSocketHandshake.Protocol.Equals(upgrade.ToString(), StringComparison.OrdinalIgnoreCase)
            || context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true })
        {
            return true;
        }

        tunnel = TunnelRequest.Upgrade;
        return HttpProtocol.IsHttp11(request.Protocol) && WebSocketHandshake.IsComplete(request.Headers);
    }
}
