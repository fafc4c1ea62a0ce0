using Gateway.Authentication.SenderConstraint;
using Gateway.Runtime;

namespace Gateway.Pipeline.Authentication;

/// <summary>What a request brings to prove who sends it, on either listener.</summary>
internal static class RequestEvidence
{
    /// <param name="request">Null on the management listener, which no proxy is trusted at.</param>
    public static SenderEvidence Of(HttpContext context, GatewayRequest? request, GatewaySettings settings) => new(
        context, settings.Dpop, settings.Tokens.IsDpop(context.Request.Headers), request?.ForwardedPort, request?.ForwardedCertificate);
}
