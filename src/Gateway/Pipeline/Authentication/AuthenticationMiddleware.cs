using System.Collections.Immutable;
using Gateway.Authentication;
using Gateway.Pipeline.Hygiene;
using Gateway.Runtime;
using Gateway.Telemetry;

namespace Gateway.Pipeline.Authentication;

/// <summary>
/// Finds the caller. For a route that requires a token, it sets a <see cref="VerifiedToken"/> and <c>HttpContext.User</c>, or a
/// <see cref="TokenRejection"/>, on the request. The next stage decides. A public route has no user, whatever token a client sends.
/// </summary>
internal sealed class AuthenticationMiddleware(RequestDelegate next, GatewayMetrics metrics, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        // No route of the gateway: a 404, a 405, or an endpoint that a fork has added, which the framework authenticates.
        if (request.FindRoute(context) is not { } route)
        {
            return next(context);
        }

        var snapshot = route.Snapshot;
        if (!ReferenceEquals(request.Snapshot, snapshot) && CleanAgain(context, snapshot) is var fault and not RequestFault.None)
        {
            return RequestRejection.WriteAsync(context, fault);
        }

        if (route.Policy.IsAnonymous)
        {
            return next(context);
        }

        if (route.Sources is { } sources)
        {
            return FindSourcesAsync(context, request, sources);
        }

        if (!SourceAuthentication.TryRead(context, snapshot.Settings.Tokens, out var text, out var reason))
        {
            request.Rejection = new TokenRejection(reason, null);
            return next(context);
        }

        var started = metrics.StartAuthentication();
        var authentication = snapshot.Authenticator.AuthenticateAsync(
            text, route.Policy, RequestEvidence.Of(context, request, snapshot.Settings), context.RequestAborted);
        // A known token completes at once, so that the common request needs no async state machine.
        if (!authentication.IsCompletedSuccessfully)
        {
            return AwaitAsync(context, request, authentication, started);
        }

        metrics.Authenticated(started);
        Record(context, request, authentication.Result);
        return next(context);
    }

    /// <summary>
    /// A reload replaced the routes between the first stage and this one. Headers that only the new configuration protects must be removed
    /// too; otherwise a client could send them during the reload.
    /// </summary>
    private RequestFault CleanAgain(HttpContext context, GatewaySnapshot snapshot)
    {
        var fault = RequestHeaders.Check(
            context.Request.Headers, snapshot.Settings.ProtectedHeaders, HttpProtocol.IsHttp11(context.Request.Protocol), out var stripped);
        if (stripped > 0)
        {
            metrics.HeadersStripped(stripped);
        }

        return fault;
    }

    /// <summary>A token that is not known yet waits for keys, its signature check or Redis.</summary>
    private async Task AwaitAsync(
        HttpContext context, GatewayRequest request, ValueTask<AuthenticationOutcome> authentication, long started)
    {
        Record(context, request, await authentication);
        metrics.Authenticated(started);
        await next(context);
    }

    /// <summary>The next stage sets the user, because the policy says whose token counts.</summary>
    private async Task FindSourcesAsync(HttpContext context, GatewayRequest request, ImmutableArray<ReadSource> sources)
    {
        var started = metrics.StartAuthentication();
        var tokens = await SourceAuthentication.FindAsync(context, request, sources);
        metrics.Authenticated(started);
        tokens.AttachTo(context);
        await next(context);
    }

    /// <summary>A rejected token sets no user, also if the policy only reports.</summary>
    private void Record(HttpContext context, GatewayRequest request, in AuthenticationOutcome outcome)
    {
        request.Rejection = outcome.Rejection;
        if (outcome.Token is { } token)
        {
            RequestIdentity.Set(context, request, token, token, time);
        }
    }
}
