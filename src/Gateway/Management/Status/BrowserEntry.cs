using Gateway.Authentication;
using Gateway.Foundation;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Runtime;

namespace Gateway.Management.Status;

/// <summary>The entries for a person with a browser; the responses are pages.</summary>
internal abstract class BrowserEntry : AdminEntry
{
    // No script at all, so text that slips through the encoding still runs nothing. No frame may show the page (clickjacking).
    private static readonly string ContentSecurityPolicy =
        $"default-src 'none'; style-src '{StatusStyle.Hash}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>A page as a response.</summary>
    public static IResult Page(string html, int status = StatusCodes.Status200OK) =>
        Results.Text(html, "text/html; charset=utf-8", statusCode: status);

    /// <summary>
    /// Allowed are only top-level navigation by the person: opening the page, following its own link, sending its own form. Browsers mark
    /// every other request, such as that of a page of another origin, a frame or a script, by these headers.
    /// </summary>
    public override bool IsFromElsewhere(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is not ([] or ["none"] or ["same-origin"])
        || request.Headers["Sec-Fetch-Mode"] is not ([] or ["navigate"])
        || request.Headers["Sec-Fetch-Dest"] is not ([] or ["document"])
        || request.Headers.Origin is not []
            && !(HttpMethods.IsPost(request.Method) && request.Headers.Origin == $"{request.Scheme}://{request.Host}");

    public override void Protect(IHeaderDictionary headers)
    {
        base.Protect(headers);
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        // The page is never read as another type. DENY repeats frame-ancestors for browsers that do not know it.
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        // Not no-referrer: a form would then be sent with an Origin of null.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    /// <summary>Responds with the form that asks for a token.</summary>
    /// <param name="problem">Null when the form is shown for the first time.</param>
    protected static Task AskAsync(HttpContext context, string? problem, int status)
    {
        if (status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return Page(SignInView.Write(problem, context.Request.Query["filter"]), status).ExecuteAsync(context);
    }
}

/// <summary>The page itself. A browser cannot send a token by itself, so the response to a request without one is a form for it.</summary>
internal sealed class PageEntry : BrowserEntry
{
    /// <summary>
    /// A link of another page, such as the sandbox's or a runbook's, leads a person here. The page is shown only when the person asks for
    /// it with a link of this origin; until then the response tells nothing.
    /// </summary>
    public override Task RejectFromElsewhereAsync(HttpContext context) =>
        context.Request.Headers["Sec-Fetch-Mode"] == "navigate" && context.Request.Headers["Sec-Fetch-Dest"] == "document"
            ? Page(SignInView.WriteLink(), StatusCodes.Status403Forbidden).ExecuteAsync(context)
            : base.RejectFromElsewhereAsync(context);

    public override Task RejectAsync(HttpContext context, GatewaySnapshot snapshot, PolicyDecision decision) =>
        decision.Rejected == RejectionReason.Missing
            ? AskAsync(context, null, StatusCodes.Status401Unauthorized)
            : base.RejectAsync(context, snapshot, decision);
}

/// <summary>The form of the page: the token is in the body of the request only.</summary>
internal sealed class FormEntry : BrowserEntry
{
    // The administrator's token and one to explain.
    private const int MaxBody = 64 * 1024;

    /// <summary>The fields of the form; null when the body is no form, is too long or has a field twice.</summary>
    public static async ValueTask<Dictionary<string, string>?> FieldsAsync(HttpRequest request)
    {
        // A body can be read once only: for the token first, then for the rest.
        var features = request.HttpContext.Features;
        if (features.Get<Posted>() is not { } posted)
        {
            posted = new Posted(
                RequestBody.Is(request, RequestBody.Form)
                    && await RequestBody.ReadAsync(request, MaxBody, request.HttpContext.RequestAborted) is { } body
                    ? RequestBody.ReadForm(body)
                    : null);
            features.Set(posted);
        }

        return posted.Fields;
    }

    public override async ValueTask<TokenSearch> FindTokenAsync(HttpRequest request, TokenReader reader) =>
        (await FieldsAsync(request))?.GetValueOrDefault("token")?.Trim() is { Length: > 0 } token
            ? new TokenSearch(token, default)
            : new TokenSearch(null, RejectionReason.Missing);

    public override Task RejectAsync(HttpContext context, GatewaySnapshot snapshot, PolicyDecision decision)
    {
        var reason = decision.Rejected!.Value;
        // The form was sent without a token, so the request is malformed and not only unauthenticated.
        var status = reason == RejectionReason.Missing ? StatusCodes.Status400BadRequest : Rejections.Of(reason).Status;
        return AskAsync(
            context,
            status switch
            {
                StatusCodes.Status400BadRequest => "Nothing was sent, or too much.",
                StatusCodes.Status403Forbidden => "The token is good, but it is not an administrator's.",
                StatusCodes.Status503ServiceUnavailable =>
                    "The token cannot be judged now: keys or revocations are not available. Try again.",
                _ => "The token is not accepted.",
            },
            status);
    }

    /// <summary>The body of the request after the first read, kept for the second.</summary>
    private sealed record Posted(Dictionary<string, string>? Fields);
}
