using Gateway.Errors;
using Gateway.Foundation;
using Gateway.Jose;
using Gateway.Runtime;
using Gateway.Telemetry;

namespace Gateway.Pipeline.Logout;

/// <summary>
/// <c>POST /backchannel-logout/{issuer}</c>: the issuer reports that a session or a subject has logged out. The endpoint exists only if an
/// issuer enables it. Then no route matches below this path, so that a destination never receives a logout token.
/// </summary>
internal sealed partial class LogoutMiddleware(
    RequestDelegate next, LogoutReceiver receiver, GatewayMetrics metrics, ILogger<LogoutMiddleware> logger)
{
    public const string Path = "/backchannel-logout";

    // Bytes. A token of the longest accepted length fits, in a form with other fields.
    private const int MaxBody = 32 * 1024;

    public Task InvokeAsync(HttpContext context) =>
        // The path first: to compare it costs less than to find the snapshot of the request.
        !context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase, out var rest)
            || SettingsOf(context).LogoutIssuers.IsEmpty
            ? next(context)
            : RespondAsync(context, rest);

    private static GatewaySettings SettingsOf(HttpContext context) => GatewayRequest.Of(context).Snapshot.Settings;

    private async Task RespondAsync(HttpContext context, PathString rest)
    {
        if (IssuerEndpoint.Accept(context, rest, SettingsOf(context).LogoutIssuers) is not { } issuer)
        {
            return;
        }

        if (await ReceiveAsync(context, issuer) is { } error)
        {
            await error.ExecuteAsync(context);
            return;
        }

        // Section 2.8 of the specification asks for it.
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = 0;
    }

    /// <summary>
    /// The error, or null when the logout is in effect. OpenID Connect Back-Channel Logout 1.0 section 2.8 prescribes 400 for all failures,
    /// also if the store is down.
    /// </summary>
    private async Task<OAuthError?> ReceiveAsync(HttpContext context, string issuer)
    {
        if (!RequestBody.Is(context.Request, RequestBody.Form)
            || await RequestBody.ReadAsync(context.Request, MaxBody, context.RequestAborted) is not { } body
            || RequestBody.ReadForm(body)?.GetValueOrDefault("logout_token") is not { Length: > 0 } text)
        {
            return OAuthError.Invalid("Send one logout_token as application/x-www-form-urlencoded.");
        }

        var (outcome, reason) = await receiver.ReceiveAsync(text.AsMemory(), issuer, context.RequestAborted);
        metrics.LogoutReceived(issuer, LogoutResult.NameOf(outcome, rejected: "refused"));
        switch (outcome)
        {
            case LogoutOutcome.Done:
                Received(logger, issuer);
                return null;
            case LogoutOutcome.Unavailable:
                AuthDecision.LogoutRejected(context, Rejections.Of(reason).Tag, issuer);
                return OAuthError.Unavailable("The logout is not in effect; send the same token again.", StatusCodes.Status400BadRequest);
            default:
                var why = outcome == LogoutOutcome.Replayed ? "replayed" : Rejections.Of(reason).Tag;
                AuthDecision.LogoutRejected(context, why, issuer);
                // All rejected tokens get the same public response, as for access tokens, because any client can send one.
                return OAuthError.Invalid(SettingsOf(context).DetailedErrors
                    ? $"The logout token is not valid: {why}."
                    : "The logout token is not valid.");
        }
    }

    [LoggerMessage(
        EventIds.LogoutReceived, LogLevel.Information,
        "Issuer {Issuer} has sent a logout token; the tokens of its session or subject are revoked.")]
    private static partial void Received(ILogger logger, string issuer);
}
