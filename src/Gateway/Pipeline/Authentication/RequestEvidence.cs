using Gateway.Authentication;
using Gateway.Authentication.SenderConstraint;
using Gateway.Runtime;

namespace Gateway.Pipeline.Authentication;

/// <summary>What a request brings to prove who sends it, on either listener.</summary>
internal static class RequestEvidence
{
    /// <param name="request">Null on the management listener, which no proxy is trusted at.</param>
    public static SenderEvidence Of(HttpContext context, GatewayRequest? request, GatewaySettings settings) =>
        Of(context, request, settings, settings.Tokens);

    /// <param name="source">
    /// Reads the source of the token. A proof is for a token in <c>Authorization</c> alone (RFC 9449 section 7.1).
    /// </param>
    public static SenderEvidence Of(HttpContext context, GatewayRequest? request, GatewaySettings settings, TokenReader source) => new(
        context, settings.Dpop, source.IsDpop(context.Request.Headers), request?.ForwardedPort, request?.ForwardedCertificate);
}
