using Gateway.Runtime;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Pipeline.Hygiene;

/// <summary>
/// Checks upgrades. YARP forwards every upgrade as GET, and a WebSocket over HTTP/2 uses CONNECT. The policy must be that of the GET that
/// the destination receives, so an upgrade with another method is rejected, and CONNECT is routed as GET.
/// </summary>
internal static class UpgradeRequest
{
    // The proxy would forward SPDY upgrades too, which Kubernetes clients may use. The gateway opens tunnels for WebSockets only.
    private const string SpdyPrefix = "SPDY/";

    /// <param name="tunnel">The kind of tunnel that the destination may open in its response.</param>
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

            // Routing and policy decide as for the GET that the destination receives.
            request.Method = HttpMethods.Get;
            tunnel = TunnelRequest.Connect;
            return WebSocketHandshake.Protocol.Equals(connect.Protocol, StringComparison.OrdinalIgnoreCase)
                && WebSocketHandshake.HasVersion(request.Headers);
        }

        var upgrade = request.Headers.Upgrade;
        foreach (var protocol in upgrade)
        {
            // Offers of other protocols are ignored, as RFC 9110 section 7.8 allows.
            if (protocol is not null
                && ((protocol.Contains(WebSocketHandshake.Protocol, StringComparison.OrdinalIgnoreCase)
                        && !HttpMethods.IsGet(request.Method))
                    || protocol.Contains(SpdyPrefix, StringComparison.OrdinalIgnoreCase)))
            {
                return false;
            }
        }

        // The same rule as YARP's for forwarding an upgrade.
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
