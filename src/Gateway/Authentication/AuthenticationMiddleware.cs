using Gateway.Authorization;

namespace Gateway.Authentication;

/// <summary>
/// Who calls? Leaves a <see cref="VerifiedToken"/> or a <see cref="TokenRejection"/> on the request of a route that asks for a token,
/// and decides nothing: that is the next stage's.
/// </summary>
internal sealed class AuthenticationMiddleware(RequestDelegate next, TokenReader reader, Authenticator authenticator, RoutePolicies policies)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (policies.Find(context) is not { IsAnonymous: false } policy)
        {
            return next(context);
        }

        TokenRejection? rejection;
        if (!reader.TryRead(context.Request.Headers, out var text, out var reason))
        {
            rejection = new TokenRejection(reason, null);
        }
        else if (authenticator.Authenticate(text.Span, policy, out rejection) is { } token)
        {
            context.Features.Set(token);
        }

        if (rejection is not null)
        {
            context.Features.Set(rejection);
        }

        return next(context);
    }
}
