using System.Runtime.ExceptionServices;
using System.Security.Claims;
using Gateway.Authentication;
using Gateway.Authentication.SenderConstraint;
using Gateway.Jose;
using Gateway.Pipeline.Authentication;
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
        if (context.Result is not null)
        {
            return;
        }

        if (string.IsNullOrEmpty(context.Token))
        {
            context.NoResult();
            return;
        }

        var snapshot = SnapshotOf(context.HttpContext, live);
        var evidence = RequestEvidence.Of(context.HttpContext, GatewayRequest.Find(context.HttpContext), snapshot.Settings);
        // Without evidence JwtBearer goes on to the token handler, which verifies the token.
        if (evidence.IsAny)
        {
            await AuthenticateAsync(context, snapshot, evidence);
        }
    }

    /// <summary>Keeps the snapshot that verified the token for authorization, and tells the framework when the result ends.</summary>
    public sealed override Task TokenValidated(TokenValidatedContext context)
    {
        var token = (BearerToken)context.SecurityToken;
        BearerResult.SetTimes(context.Properties, token.Token.Token);
        context.HttpContext.Features.Set(token.Snapshot);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Authenticates here, because the handler does not see the request. It rejects bound tokens, so that a request without evidence, which
    /// it gets, never passes with one.
    /// </summary>
    private static async Task AuthenticateAsync(MessageReceivedContext context, GatewaySnapshot snapshot, SenderEvidence evidence)
    {
        var handler = context.Options.TokenHandlers.OfType<BearerTokenHandler>().Single();
        var outcome = await handler.AuthenticateAsync(context.Token!, snapshot, evidence, context.HttpContext.RequestAborted);
        if (outcome.Token is not { } token)
        {
            Reject(context, outcome.Rejection!);
            return;
        }

        context.Principal = new ClaimsPrincipal(token.Identity);
        BearerResult.SetTimes(context.Properties, token.Token);
        context.HttpContext.Features.Set(snapshot);
        context.Success();
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
        // The framework writes nothing of its own: the response is the same as on a proxied route.
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

    /// <summary>Writes the response to a missing, invalid or insufficient token.</summary>
    protected virtual Task RejectAsync(HttpContext context, PolicyDecision decision) =>
        SnapshotOf(context, live).Rejections.WriteAsync(
            context, decision.Rejected!.Value, decision.RequiredScope, decision.StepUp?.Challenge);

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
