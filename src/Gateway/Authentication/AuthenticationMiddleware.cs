using Gateway.Authorization;
using Gateway.Configuration;
using Gateway.Errors;
using Gateway.Hygiene;
using Gateway.Observability;

namespace Gateway.Authentication;

/// <summary>
/// Who calls? Leaves a <see cref="VerifiedToken"/> or a <see cref="TokenRejection"/> on the request of a route that asks for a token,
/// and decides nothing: that is the next stage's.
/// </summary>
internal sealed class AuthenticationMiddleware(RequestDelegate next, GatewayMetrics metrics)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (ProtectedRoute.Of(context) is not { } route)
        {
            return next(context);
        }

        var snapshot = route.Snapshot;
        if (!ReferenceEquals(context.Features.Get<GatewaySnapshot>(), snapshot) && CleanAgain(context, snapshot) is var fault and not RequestFault.None)
        {
            var answer = RequestFaults.Of(fault);
            return Problem.WriteAsync(context, answer.Status, detail: answer.Detail);
        }

        if (route.Policy.IsAnonymous)
        {
            return next(context);
        }

        if (!snapshot.Settings.Tokens.TryRead(context.Request.Headers, out var text, out var reason))
        {
            context.Features.Set(new TokenRejection(reason, null));
            return next(context);
        }

        var started = metrics.StartAuthentication();
        var authentication = snapshot.Authenticator.AuthenticateAsync(text, route.Policy, context.RequestAborted);
        if (!authentication.IsCompletedSuccessfully)
        {
            return AwaitAsync(context, authentication, started);
        }

        metrics.Authenticated(started);
        Record(context, authentication.Result);
        return next(context);
    }

    /// <summary>
    /// The routes were replaced between the first stage and this one. What the new configuration protects must be clean too, or a client
    /// could send it in that moment.
    /// </summary>
    private static RequestFault CleanAgain(HttpContext context, GatewaySnapshot snapshot) =>
        RequestHeaders.Check(context.Request.Headers, snapshot.Settings.ProtectedHeaders, HttpProtocol.IsHttp11(context.Request.Protocol), out _);

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
