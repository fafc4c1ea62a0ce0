using System.Globalization;
using Gateway.Tokens;
using Microsoft.Net.Http.Headers;

namespace Gateway.Errors;

/// <summary>
/// Answers a refused request: RFC 6750 challenge and RFC 9457 body, both from <see cref="Refusals"/>. The public body is the same for
/// every bad token, so that it tells an attacker nothing; the reason is added only when detailed errors are on.
/// </summary>
internal sealed class RefusalWriter(bool detailed)
{
    // What we cannot decide now we can usually decide a moment later: key loads are retried each second.
    private const int RetryAfterSeconds = 1;

    public Task WriteAsync(HttpContext context, RefusalReason reason, string? requiredScope)
    {
        var refusal = Refusals.Of(reason);
        var headers = context.Response.Headers;
        if (refusal.Status == StatusCodes.Status503ServiceUnavailable)
        {
            headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }
        else
        {
            headers[HeaderNames.WWWAuthenticate] = Challenge(refusal, requiredScope);
        }

        return Problem.WriteAsync(context, refusal.Status, refusal.Error, reason: detailed ? refusal.Tag : null);
    }

    // Scope names come from the configuration, whose check admits only characters that need no escaping here.
    private static string Challenge(Refusal refusal, string? requiredScope) => (refusal.Error, requiredScope) switch
    {
        (null, _) => "Bearer",
        (var error, null) => $"Bearer error=\"{error}\"",
        var (error, scope) => $"Bearer error=\"{error}\", scope=\"{scope}\"",
    };
}
