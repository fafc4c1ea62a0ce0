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

        if (IsFromWebPage(http.Request))
        {
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        }

        if (policy is null)
        {
            if (http.Request.Host.Host is not ("localhost" or "127.0.0.1"))
            {
                // No credentials are asked for, and a name that leads to loopback is how a page would get here without being one of others.
                return Results.StatusCode(StatusCodes.Status403Forbidden);
            }

            http.Features.Set(AdminCaller.Developer);
            return await next(context);
        }

        PolicyDecision decision;
        AdminCaller? caller = null;
        if (!settings.Tokens.TryRead(http.Request.Headers, out var text, out var reason))
        {
            decision = new PolicyDecision(reason);
        }
        else
        {
            var outcome = await snapshot.Authenticator.AuthenticateAsync(text, policy, http.RequestAborted);
            decision = outcome.Token is { } token ? token.Decide(policy) : new PolicyDecision(outcome.Rejection!.Reason);
            caller = outcome.Token is { } verified ? AdminCaller.Of(verified.Token) : null;
        }

        if (decision.Refused is not { } refused)
        {
            http.Features.Set(caller);
            return await next(context);
        }

        await snapshot.Refusals.WriteAsync(http, refused, decision.RequiredScope);
        return Results.Empty;
    }

    /// <summary>
    /// No web page has business here, and a form on any page can be posted to any address with the cookies of that host. Browsers say so
    /// themselves; `none` is what a person typed into the address bar.
    /// </summary>
    private static bool IsFromWebPage(HttpRequest request) =>
        request.Headers.Origin.Count > 0 || request.Headers["Sec-Fetch-Site"] is not ([] or ["none"]);
}
