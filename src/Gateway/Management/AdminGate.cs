using Gateway.Authorization;
using Gateway.Configuration;

namespace Gateway.Management;

/// <summary>
/// Who may use <c>/admin</c>: the callers whose tokens satisfy <c>Gateway:Management:Policy</c>. Without that setting nobody, but for the
/// Development environment, where the listener is on loopback.
/// </summary>
internal sealed class AdminGate(
    LiveGateway live, IHostEnvironment environment) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.Headers.CacheControl = "no-store";
        var snapshot = live.Current;
        var settings = snapshot.Settings;
        var policy = settings.Management.Policy is { } name ? settings.Policies[name] : null;
        if (policy is null && !environment.IsDevelopment())
        {
            // Without administrators there is no /admin.
            return Results.NotFound();
        }

        if (policy is null)
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
            var outcome = await snapshot.Authenticator.AuthenticateAsync(text, policy, http.RequestAborted);
            decision = outcome.Token is { } token ? token.Decide(policy) : new PolicyDecision(outcome.Rejection!.Reason);
        }

        if (decision.Refused is not { } refused)
        {
            return await next(context);
        }

        await snapshot.Refusals.WriteAsync(http, refused, decision.RequiredScope);
        return Results.Empty;
    }
}
