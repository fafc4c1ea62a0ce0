using Gateway.Policies;
using Gateway.Runtime;

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
        if (RefusedOutright(http.Request, snapshot.Settings, IsFromWebPage(http.Request)) is { } status)
        {
            return Results.StatusCode(status);
        }

        var (caller, decision) = await AuthenticateAsync(http, snapshot, null);
        if (decision.Refused is { } refused)
        {
            await snapshot.Refusals.WriteAsync(http, refused, decision.RequiredScope);
            return Results.Empty;
        }

        http.Features.Set(caller);
        return await next(context);
    }

    /// <summary>The status when whoever it is does not matter; else null.</summary>
    /// <param name="isFromElsewhere">Whether a web page sent the request that has no business here.</param>
    public int? RefusedOutright(HttpRequest request, GatewaySettings settings, bool isFromElsewhere)
    {
        // Without administrators there is no /admin.
        var isAbsent = settings.Management.Policy is null && !environment.IsDevelopment();
        // No credentials are asked for without a policy, and a name that leads to loopback is how a page would get here without being one
        // of others.
        var isRebound = settings.Management.Policy is null && request.Host.Host is not ("localhost" or "127.0.0.1");
        return isAbsent ? StatusCodes.Status404NotFound
            : isFromElsewhere || isRebound ? StatusCodes.Status403Forbidden
            : null;
    }

    /// <summary>The caller, or why the token that was sent makes none.</summary>
    /// <param name="sent">A token that came in no header; null looks for one where requests carry theirs.</param>
    public static async ValueTask<(AdminCaller? Caller, PolicyDecision Decision)> AuthenticateAsync(
        HttpContext http, GatewaySnapshot snapshot, ReadOnlyMemory<char>? sent)
    {
        var settings = snapshot.Settings;
        if (settings.Management.Policy is not { } name)
        {
            return (AdminCaller.Developer, default);
        }

        if (sent is not { } text && !settings.Tokens.TryRead(http.Request.Headers, out text, out var reason))
        {
            return (null, new PolicyDecision(reason));
        }

        var policy = settings.Policies[name];
        var outcome = await snapshot.Authenticator.AuthenticateAsync(text, policy, http.RequestAborted);
        return outcome.Token is { } token
            ? (AdminCaller.Of(token.Token), token.Decide(policy))
            : (null, new PolicyDecision(outcome.Rejection!.Reason));
    }

    /// <summary>
    /// No web page has business here, and a form on any page can be posted to any address with the cookies of that host. Browsers say so
    /// themselves; `none` is what a person typed into the address bar.
    /// </summary>
    private static bool IsFromWebPage(HttpRequest request) =>
        request.Headers.Origin.Count > 0 || request.Headers["Sec-Fetch-Site"] is not ([] or ["none"]);
}
