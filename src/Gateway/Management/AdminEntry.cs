using Gateway.Authentication;
using Gateway.Policies;
using Gateway.Runtime;

namespace Gateway.Management;

/// <summary>
/// How callers of an endpoint of <c>/admin</c> present their token and get a rejection: metadata of the endpoint. The permissions are the
/// same for all.
/// </summary>
internal abstract class AdminEntry
{
    /// <summary>True when a web page sent the request that is not allowed to.</summary>
    public abstract bool IsFromElsewhere(HttpRequest request);

    /// <summary>Writes the 403 to such a request.</summary>
    public virtual Task RejectFromElsewhereAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    /// <summary>
    /// Sets the headers of every answer. Called before the checks of <see cref="AdminGate"/>, so that rejections have these headers too.
    /// </summary>
    public virtual void Protect(IHeaderDictionary headers) => headers.CacheControl = "no-store";

    /// <summary>The token that the request carries, or why it carries none.</summary>
    public virtual ValueTask<TokenSearch> FindTokenAsync(HttpRequest request, TokenReader reader) => ValueTask.FromResult(
        reader.TryRead(request.Headers, out var token, out var reason)
            ? new TokenSearch(token.ToString(), default)
            : new TokenSearch(null, reason));

    /// <summary>Writes the response to a caller whose token is missing, invalid or not sufficient.</summary>
    public virtual Task RejectAsync(HttpContext context, GatewaySnapshot snapshot, PolicyDecision decision) =>
        snapshot.Rejections.WriteAsync(context, decision.Rejected!.Value, decision.RequiredScope, decision.StepUp?.Challenge);
}

/// <summary>The entry for programs.</summary>
internal sealed class ProgramEntry : AdminEntry
{
    /// <summary>
    /// No web page may call these endpoints. A form on any page can be posted to any address, with the cookies of that host (CSRF).
    /// Browsers mark such requests by Origin and Sec-Fetch-Site; `none` is an address that a person typed.
    /// </summary>
    public override bool IsFromElsewhere(HttpRequest request) =>
        request.Headers.Origin.Count > 0 || request.Headers["Sec-Fetch-Site"] is not ([] or ["none"]);
}
