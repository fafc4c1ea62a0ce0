using System.Net;
using Gateway.Runtime;
using Microsoft.Net.Http.Headers;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// The subprotocol of a WebSocket whose token came as one. The destination was not offered the word that announced the token, and a browser fails
/// the connection when it offered protocols and the answer names none of them; so the gateway names that word where the destination chose nothing.
/// </summary>
internal static class ChosenProtocol
{
    public static void Set(HttpContext context, HttpResponseMessage answer)
    {
        if (GatewayRequest.Of(context) is { TokenProtocol: { } marker } request
            && (answer.StatusCode == HttpStatusCode.SwitchingProtocols
                || (answer.StatusCode == HttpStatusCode.OK && request.Tunnel == TunnelRequest.Connect))
            && !answer.Headers.NonValidated.Contains(HeaderNames.SecWebSocketProtocol))
        {
            context.Response.Headers[HeaderNames.SecWebSocketProtocol] = marker;
        }
    }
}
