using Gateway.Authentication;
using Gateway.Authorization;
using Gateway.Configuration;
using Gateway.Errors;

namespace Gateway.Management;

/// <summary>
/// Who may use <c>/admin</c>: the callers whose tokens satisfy <c>Gateway:Management:Policy</c>. Without that setting nobody, but for the
/// Development environment, where the listener is on loopback.
/// </summary>
internal sealed class AdminGate(
    GatewaySettings settings, IHostEnvironment environment, Authenticator authenticator, RefusalWriter refusals) : IEndpointFilter
{
    private readonly RoutePolicy? _policy = settings.Management.Policy is { } name ? settings.Policies[name] : null;

    /// <summary>Whether there are administrators at all; if not, there is no <c>/admin</c>.</summary>
    public bool IsOpen => _policy is not null || environment.IsDevelopment();

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.Headers.CacheControl = "no-store";
        if (_policy is null)
        {
            // No credentials are asked for, so a web page in the developer's browser must not get here either.
            return http.Request.Headers.Origin.Count == 0 && http.Request.Host.Host is "localhost" or "127.0.0.1"
                ? await next(context)
                : Results.StatusCode(StatusCodes.Status403Forbidden);
        }

        PolicyDecision decision;
        if (!settings.Tokens.TryRead(http.Request.Headers, out var text, out var reason))
        {
            decision = new PolicyDecision(reason);
        }
        else
        {
            var outcome = await authenticator.AuthenticateAsync(text, _policy, http.RequestAborted);
            decision = outcome.Token is { } token ? token.Decide(_policy) : new PolicyDecision(outcome.Rejection!.Reason);
        }

        if (decision.Refused is not { } refused)
        {
            return await next(context);
        }

        await refusals.WriteAsync(http, refused, decision.RequiredScope);
        return Results.Empty;
    }
}
