using Gateway.Pipeline.Hygiene;
using Gateway.Runtime;

namespace Gateway.Pipeline.Proxy;

/// <summary>The closed list of faults for which a destination's response is not forwarded. The client gets 502.</summary>
internal enum ResponseFault
{
    None,

    /// <summary>A status outside RFC 9110 section 15.</summary>
    Status,

    /// <summary>A tunnel that the client did not request, or an incomplete handshake.</summary>
    Tunnel,

    /// <summary>A body with a status that allows none (RFC 9110 sections 15.3.5 and 15.3.6).</summary>
    Body,
}

/// <summary>
/// Checks a destination's response. A destination must not affect other requests: if it could open a tunnel that the client did not
/// request, the next requests on the client's connection would reach it without a token check.
/// </summary>
internal static class ResponseCheck
{
    public static ResponseFault Of(HttpContext context, GatewayRequest request, HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        switch (status)
        {
            // A 101 ends HTTP on the client's connection. An unrequested one would hand the connection to the destination.
            case StatusCodes.Status101SwitchingProtocols:
                return request.Tunnel != TunnelRequest.None
                    && WebSocketHandshake.IsCompletedBy(response)
                    && !SaysBody(response)
                    ? ResponseFault.None
                    : ResponseFault.Tunnel;
            case < 200 or > 599:
                return ResponseFault.Status;
            case >= 300:
                return ResponseFault.None;
            case StatusCodes.Status204NoContent when SaysBody(response):
            case StatusCodes.Status205ResetContent when SaysLength(response):
                return ResponseFault.Body;
        }

        // Every 2xx to CONNECT opens a tunnel (RFC 9110 section 9.3.6, RFC 8441 section 4), towards the client and towards the destination.
        if (response.RequestMessage!.Method == HttpMethod.Connect)
        {
            return status == StatusCodes.Status200OK && WebSocketHandshake.IsCompletedBy(response)
                ? ResponseFault.None
                : ResponseFault.Tunnel;
        }

        return !HttpProtocol.IsHttp11(context.Request.Protocol) && request.Tunnel == TunnelRequest.Connect
            ? ResponseFault.Tunnel
            : ResponseFault.None;
    }

    /// <summary>Whether the headers announce a body, which a client could read as the beginning of the next response.</summary>
    private static bool SaysBody(HttpResponseMessage response) =>
        SaysLength(response) || response.Headers.NonValidated.Contains("Transfer-Encoding");

    private static bool SaysLength(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Length", out var length) && length.ToString() != "0";
}
