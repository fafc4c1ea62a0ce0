using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Pipeline.Hygiene;

/// <summary>
/// YARP sends every upgrade on as GET, whatever method the client wrote, and an HTTP/2 WebSocket comes as CONNECT. The policy must be
/// that of the GET which the destination receives, so an upgrade by another method is refused, and CONNECT is routed as GET.
/// </summary>
internal static class UpgradeRequest
{
    private const string WebSocket = "websocket";
    private const string SpdyPrefix = "SPDY/";

    public static bool IsClear(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsConnect(request.Method))
        {
            // RFC 8441 section 4.
            if (context.Features.Get<IHttpExtendedConnectFeature>() is not { IsExtendedConnect: true } connect)
            {
                return false;
            }

            request.Method = HttpMethods.Get;
            return WebSocket.Equals(connect.Protocol, StringComparison.OrdinalIgnoreCase);
        }

        foreach (var protocol in request.Headers.Upgrade)
        {
            // Other protocols are offers that nobody takes up, which RFC 9110 section 7.8 allows.
            if (protocol is not null
                && ((protocol.Contains(WebSocket, StringComparison.OrdinalIgnoreCase) && !HttpMethods.IsGet(request.Method))
                    || protocol.Contains(SpdyPrefix, StringComparison.OrdinalIgnoreCase)))
            {
                return false;
            }
        }

        return true;
    }
}
