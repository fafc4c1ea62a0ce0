using Gateway.Authorization;
using Gateway.Observability;

namespace Gateway.Authentication;

/// <summary>
/// Who calls? Leaves a <see cref="VerifiedToken"/> or a <see cref="TokenRejection"/> on the request of a route that asks for a token,
/// and decides nothing: that is the next stage's.
/// </summary>
internal sealed class AuthenticationMiddleware(RequestDelegate next, TokenReader reader, Authenticator authenticator, GatewayMetrics metrics)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (ProtectedRoute.Of(context)?.Policy is not { IsAnonymous: false } policy)
        {
            return next(context);
        }

        if (!reader.TryRead(context.Request.Headers, out var text, out var reason))
        {
            context.Features.Set(new TokenRejection(reason, null));
            return next(context);
        }

        var started = metrics.StartAuthentication();
        var authentication = authenticator.AuthenticateAsync(text, policy, context.RequestAborted);
        if (!authentication.IsCompletedSuccessfully)
        {
            return AwaitAsync(context, authentication, started);
        }

        metrics.Authenticated(started);
        Record(context, authentication.Result);
        return next(context);
    }

    private async Task AwaitAsync(HttpContext context, ValueTask<AuthenticationOutcome> authentication, long started)
    {
        Record(context, await authentication);
        metrics.Authenticated(started);
        await next(context);
    }

    private static void Record(HttpContext context, in AuthenticationOutcome outcome)
    {
        if (outcome.Token is { } token)
        {
            context.Features.Set(token);
        }
        else
        {
            context.Features.Set(outcome.Rejection);
        }
    }
}
