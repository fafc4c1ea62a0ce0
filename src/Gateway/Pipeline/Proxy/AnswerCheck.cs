using Gateway.Pipeline.Hygiene;
using Gateway.Runtime;

namespace Gateway.Pipeline.Proxy;

/// <summary>The closed list of what makes a destination's answer one that is not forwarded; each is a 502.</summary>
internal enum AnswerFault
{
    None,

    /// <summary>A status that HTTP does not have (RFC 9110 section 15).</summary>
    Status,

    /// <summary>A tunnel that was not asked for, or whose handshake is not completed.</summary>
    Tunnel,

    /// <summary>A body where none may be (RFC 9110 sections 15.3.5 and 15.3.6).</summary>
    Body,
}

/// <summary>
/// What a destination's answer may not be, whatever it is. Destinations are not trusted with anything but their own answers: one that opened
/// a tunnel unasked would get the next requests of the client's connection past the token check.
/// </summary>
internal static class AnswerCheck
{
    public static AnswerFault Of(HttpContext context, HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        switch (status)
        {
            case StatusCodes.Status101SwitchingProtocols:
                return GatewayRequest.Of(context).Tunnel != TunnelRequest.None && WebSocketHandshake.IsCompletedBy(answer) && !SaysBody(answer)
                    ? AnswerFault.None
                    : AnswerFault.Tunnel;
            case < 200 or > 599:
                return AnswerFault.Status;
            case >= 300:
                return AnswerFault.None;
            case StatusCodes.Status204NoContent when SaysBody(answer):
            case StatusCodes.Status205ResetContent when SaysLength(answer):
                return AnswerFault.Body;
        }

        // Every 2xx to CONNECT opens a tunnel (RFC 9110 section 9.3.6, RFC 8441 section 4), the one that was sent as well as the one that came.
        if (answer.RequestMessage!.Method == HttpMethod.Connect)
        {
            return status == StatusCodes.Status200OK && WebSocketHandshake.IsCompletedBy(answer) ? AnswerFault.None : AnswerFault.Tunnel;
        }

        return !HttpProtocol.IsHttp11(context.Request.Protocol) && GatewayRequest.Of(context).Tunnel == TunnelRequest.Connect
            ? AnswerFault.Tunnel
            : AnswerFault.None;
    }

    private static bool SaysBody(HttpResponseMessage answer) => SaysLength(answer) || answer.Headers.NonValidated.Contains("Transfer-Encoding");

    private static bool SaysLength(HttpResponseMessage answer) =>
        answer.Content.Headers.NonValidated.TryGetValues("Content-Length", out var length) && length.ToString() != "0";
}
