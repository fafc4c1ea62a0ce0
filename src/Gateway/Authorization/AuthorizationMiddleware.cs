using Gateway.Authentication;
using Gateway.Errors;
using Gateway.Observability;
using Gateway.Tokens;

namespace Gateway.Authorization;

/// <summary>
/// May this caller use this route? Refuses, or marks the request as decided and takes the token out of it unless the policy forwards it.
/// </summary>
internal sealed class AuthorizationMiddleware(
    RequestDelegate next, RoutePolicies policies, TokenReader reader, RefusalWriter refusals, GatewayMetrics metrics)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (policies.Find(context) is not { } policy)
        {
            return next(context);
        }

        if (!policy.IsAnonymous && Refuse(context, policy) is { } refused)
        {
            return refused;
        }

        if (policy.ForwardToken)
        {
            reader.RemoveOtherCredentials(context.Request.Headers);
        }
        else
        {
            reader.Remove(context.Request.Headers);
        }

        context.Features.Set(policy);
        return next(context);
    }

    /// <summary>The refusal under way, or null when the request may go on.</summary>
    private Task? Refuse(HttpContext context, RoutePolicy policy)
    {
        var route = RoutePolicies.RouteOf(context)!.Config.RouteId;
        var token = context.Features.Get<VerifiedToken>()?.Token;
        var rejection = context.Features.Get<TokenRejection>();
        var decision = token is not null
            ? policy.Decide(token)
            : new PolicyDecision(rejection?.Reason ?? RefusalReason.Missing);
        var issuer = token?.Issuer.Name ?? rejection?.Issuer;
        if (decision.Refused is not { } reason)
        {
            metrics.Allowed(route, issuer!);
            AuthDecision.Allowed(route, issuer!);
            return null;
        }

        if (policy.Mode == PolicyMode.Report)
        {
            metrics.Reported(reason, route, issuer);
            AuthDecision.Reported(context, Refusals.Of(reason).Tag, route, issuer);
            return null;
        }

        metrics.Denied(reason, route, issuer);
        AuthDecision.Denied(context, Refusals.Of(reason).Tag, route, issuer);
        return refusals.WriteAsync(context, reason, decision.RequiredScope);
    }
}
