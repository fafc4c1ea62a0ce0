using System.Net;
using Gateway.Runtime;
using Microsoft.Net.Http.Headers;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// Sets the subprotocol of a WebSocket whose token came as a subprotocol. The gateway does not offer the token's marker to the destination,
/// but a browser closes the connection if the response names none of the offered protocols. So the gateway names the marker if the
/// destination has chosen none.
/// </summary>
internal static class ChosenProtocol
{
    public static void Set(HttpContext context, GatewayRequest request, HttpResponseMessage response)
    {
        if (request.TokenProtocol is { } marker
            && (response.StatusCode == HttpStatusCode.SwitchingProtocols
                || (response.StatusCode == HttpStatusCode.OK && request.Tunnel == TunnelRequest.Connect))
            && !response.Headers.NonValidated.Contains(HeaderNames.SecWebSocketProtocol))
        {
            context.Response.Headers[HeaderNames.SecWebSocketProtocol] = marker;
        }
    }
}
