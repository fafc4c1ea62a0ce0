using System.Diagnostics;
using Gateway.Authentication;
using Gateway.Telemetry;

namespace Gateway.Runtime;

/// <summary>What was decided on a request when that was not simply to let it pass: kept on the request for its log line.</summary>
/// <param name="Outcome"><c>deny</c>, <c>report</c>, <c>close</c>, <c>answer</c>, <c>ambiguous</c>, <c>logout</c> or <c>limit</c>.</param>
/// <param name="Reason">From a closed list; never a piece of the request.</param>
/// <param name="Issuer">The configured name of the issuer, if the token names a configured one.</param>
/// <param name="Ended">The token that expired, was revoked or lost its key, so that the connection was ended; else null.</param>
internal sealed record AuthDecision(string Outcome, string Reason, string? Issuer, VerifiedToken? Ended = null)
{
    /// <summary>True when the gateway rejected the request. Any client can cause rejections at any rate.</summary>
    public bool IsRejection => Outcome is "deny" or "ambiguous" or "limit" or "logout" or "event";

    public static void Allowed(string route, string issuer) => Trace("allow", "none", route, issuer);

    public static void Rejected(HttpContext context, string reason, string route, string? issuer) =>
        Keep(context, "deny", reason, route, issuer);

    public static void Reported(HttpContext context, string reason, string route, string? issuer) =>
        Keep(context, "report", reason, route, issuer);

    /// <summary>Allowed, and closed later because one of its tokens was no longer valid.</summary>
    public static void Closed(HttpContext context, string reason, VerifiedToken token) =>
        GatewayRequest.Of(context).Decision = new AuthDecision("close", reason, token.Token.Issuer.Name, token);

    /// <summary>Rejected because two parsers could read the request differently.</summary>
    public static void Ambiguous(HttpContext context, string reason) =>
        GatewayRequest.Of(context).Decision = new AuthDecision("ambiguous", reason, null);

    /// <summary>Allowed, but the destination's response is not forwarded.</summary>
    public static void Answered(HttpContext context, string fault) =>
        GatewayRequest.Of(context).Decision ??= new AuthDecision("answer", fault, null);

    /// <summary>An issuer's logout token, or what was sent as one.</summary>
    public static void LogoutRejected(HttpContext context, string reason, string issuer) =>
        GatewayRequest.Of(context).Decision = new AuthDecision("logout", reason, issuer);

    /// <summary>An issuer's security event token, or what was sent as one.</summary>
    public static void SecurityEventRejected(HttpContext context, string reason, string issuer) =>
        GatewayRequest.Of(context).Decision = new AuthDecision("event", reason, issuer);

    /// <summary>Rejected by the route's rate limit.</summary>
    public static void Limited(HttpContext context) =>
        GatewayRequest.Of(context).Decision = new AuthDecision("limit", "too_many_requests", null);

    /// <summary>Rejected because the cluster has as many requests under way as it may have.</summary>
    public static void Overloaded(HttpContext context) =>
        GatewayRequest.Of(context).Decision = new AuthDecision("limit", "too_many_in_flight", null);

    private static void Keep(HttpContext context, string outcome, string reason, string route, string? issuer)
    {
        GatewayRequest.Of(context).Decision = new AuthDecision(outcome, reason, issuer);
        Trace(outcome, reason, route, issuer);
    }

    private static void Trace(string outcome, string reason, string route, string? issuer)
    {
        if (Activity.Current is { IsAllDataRequested: true } span)
        {
            span.AddEvent(new ActivityEvent("gateway.auth.decision", tags: new ActivityTagsCollection
            {
                { "decision", outcome },
                { "reason", reason },
                { "route", route },
                { "issuer", issuer ?? GatewayMetrics.UnknownIssuer },
            }));
        }
    }
}
