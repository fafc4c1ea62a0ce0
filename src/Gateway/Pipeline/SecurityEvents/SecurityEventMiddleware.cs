using System.Text;
using Gateway.Errors;
using Gateway.Foundation;
using Gateway.Jose;
using Gateway.Pipeline.Logout;
using Gateway.Runtime;
using Gateway.Telemetry;

namespace Gateway.Pipeline.SecurityEvents;

/// <summary>
/// <c>POST /security-events/{issuer}</c>: the issuer pushes a security event token (RFC 8935). Only where an issuer enables it; then the
/// gateway handles everything below this path, and no route receives such a token.
/// </summary>
internal sealed partial class SecurityEventMiddleware(
    RequestDelegate next, SecurityEventReceiver receiver, GatewayMetrics metrics, ILogger<SecurityEventMiddleware> logger)
{
    public const string Path = "/security-events";

    private const string MediaType = "application/secevent+jwt";
    private const string Invalid = "The security event token is not valid.";
    // Bytes. The body is the token itself; the longest accepted one (CompactToken.MaxLength) fits.
    private const int MaxBody = 32 * 1024;

    public Task InvokeAsync(HttpContext context) =>
        // The path first: to compare it costs less than to find the snapshot of the request.
        !context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase, out var rest)
            || SettingsOf(context).SecurityEventIssuers.IsEmpty
            ? next(context)
            : AnswerAsync(context, rest);

    private static GatewaySettings SettingsOf(HttpContext context) => GatewayRequest.Of(context).Snapshot.Settings;

    private async Task AnswerAsync(HttpContext context, PathString rest)
    {
        var response = context.Response;
        if (IssuerEndpoint.Accept(context, rest, SettingsOf(context).SecurityEventIssuers) is not { } issuer)
        {
            return;
        }

        if (!RequestBody.Is(context.Request, MediaType)
            || await RequestBody.ReadAsync(context.Request, MaxBody, context.RequestAborted) is not { Length: > 0 } body)
        {
            await new SecurityEventError(
                SecurityEventError.InvalidRequest, $"Send one security event token as {MediaType}.").WriteAsync(context);
            return;
        }

        var (outcome, reason) = await receiver.ReceiveAsync(Encoding.UTF8.GetString(body.Span).AsMemory(), issuer, context.RequestAborted);
        metrics.SecurityEventReceived(issuer, LogoutResult.NameOf(outcome, rejected: "rejected"));
        switch (outcome)
        {
            case LogoutOutcome.Done:
                Received(logger, issuer);
                // RFC 8935 section 2.2.
                response.StatusCode = StatusCodes.Status202Accepted;
                response.ContentLength = 0;
                response.Headers.CacheControl = "no-store";
                break;
            case LogoutOutcome.Unavailable:
                AuthDecision.SecurityEventRejected(context, Rejections.Of(reason).Tag, issuer);
                response.SetRetryAfter();
                await Problem.WriteAsync(
                    context, StatusCodes.Status503ServiceUnavailable, detail: "The event is not in effect; send the same token again.");
                break;
            default:
                var isReplay = outcome == LogoutOutcome.Replayed;
                var why = isReplay ? "replayed" : Rejections.Of(reason).Tag;
                AuthDecision.SecurityEventRejected(context, why, issuer);
                await new SecurityEventError(
                    isReplay ? SecurityEventError.InvalidRequest : SecurityEventError.CodeOf(reason),
                    SettingsOf(context).DetailedErrors ? $"The security event token is not valid: {why}." : Invalid).WriteAsync(context);
                break;
        }
    }

    [LoggerMessage(
        EventIds.SecurityEventReceived, LogLevel.Information,
        "Issuer {Issuer} has sent a security event; the tokens that it is about are revoked.")]
    private static partial void Received(ILogger logger, string issuer);
}
