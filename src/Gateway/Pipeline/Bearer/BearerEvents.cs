using System.Runtime.ExceptionServices;
using Gateway.Authentication;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Runtime;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Gateway.Pipeline.Bearer;

/// <summary>
/// Connects the Bearer scheme with the gateway: where it finds a token, what it does with a verified one, and the response to a rejected
/// one. The derived class of each listener adds the rest.
/// </summary>
internal abstract class BearerEvents(LiveGateway live) : JwtBearerEvents
{
    /// <summary>Always sets a token or a result: without either, JwtBearer would look for a token by itself.</summary>
    public sealed override async Task MessageReceived(MessageReceivedContext context)
    {
        await FindAsync(context);
        if (context.Result is null && string.IsNullOrEmpty(context.Token))
        {
            context.NoResult();
        }
    }

    public sealed override Task TokenValidated(TokenValidatedContext context)
    {
        var token = (BearerToken)context.SecurityToken;
        BearerResult.SetTimes(context.Properties, token.Token.Token);
        context.HttpContext.Features.Set(token.Snapshot);
        return Task.CompletedTask;
    }

    /// <summary>An exception other than a rejection is a fault and is rethrown, so that it does not look like a missing token.</summary>
    public sealed override Task AuthenticationFailed(AuthenticationFailedContext context)
    {
        if (context.Exception is not TokenRejectedException)
        {
            ExceptionDispatchInfo.Throw(context.Exception);
        }

        return Task.CompletedTask;
    }

    public sealed override Task Challenge(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        var reason = (context.AuthenticateFailure as TokenRejectedException)?.Rejection.Reason ?? RejectionReason.Missing;
        return RejectAsync(context.HttpContext, new PolicyDecision(reason));
    }

    public sealed override Task Forbidden(ForbiddenContext context) => RejectAsync(
        context.HttpContext,
        context.HttpContext.Features[typeof(PolicyDecision)] as PolicyDecision? ?? new PolicyDecision(RejectionReason.ClaimMismatch));

    /// <summary>
    /// The configuration of the request: the one that verified its token, so that a policy of a later configuration is not applied to it.
    /// </summary>
    public static GatewaySnapshot SnapshotOf(HttpContext context, LiveGateway live) =>
        context.Features.Get<GatewaySnapshot>() ?? GatewayRequest.Find(context)?.Snapshot ?? live.Current;

    /// <summary>Finds the token, or sets the result at once if the token was verified or rejected before.</summary>
    protected abstract Task FindAsync(MessageReceivedContext context);

    protected virtual Task RejectAsync(HttpContext context, PolicyDecision decision) =>
        SnapshotOf(context, live).Rejections.WriteAsync(context, decision.Rejected!.Value, decision.RequiredScope, decision.StepUp?.Challenge);

    /// <summary>Reads the token from the configured token sources.</summary>
    protected static void Find(MessageReceivedContext context, GatewaySnapshot snapshot)
    {
        if (snapshot.Settings.Tokens.TryRead(context.Request.Headers, out var text, out var reason))
        {
            context.Token = text.ToString();
        }
        else
        {
            Reject(context, new TokenRejection(reason, null));
        }
    }

    /// <summary>A missing token is no result, not a failure.</summary>
    protected static void Reject(MessageReceivedContext context, TokenRejection rejection)
    {
        if (rejection.Reason == RejectionReason.Missing)
        {
            context.NoResult();
        }
        else
        {
            context.Fail(new TokenRejectedException(rejection));
        }
    }
}
