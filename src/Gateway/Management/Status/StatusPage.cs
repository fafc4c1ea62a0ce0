using System.Globalization;
using Gateway.Errors;
using Gateway.Foundation;
using Gateway.Jose;
using Gateway.Runtime;

namespace Gateway.Management.Status;

/// <summary>
/// <c>GET /admin</c>: the gateway's state for a person with a browser. A browser cannot send a token by itself, so without one the answer is
/// a form that does, to the same address: the token travels in the body, opens one page, and is kept nowhere, neither here nor in a cookie.
/// Nothing on the page is a script, and nothing it does changes anything.
/// </summary>
internal sealed class StatusPage(LiveGateway live, AdminGate gate, StatusView view)
{
    private const string Path = "/admin";
    private const int MaxBody = 32 * 1024;
    private const int ShortestRefresh = 5;
    private const int LongestRefresh = 3600;

    private static readonly string ContentSecurityPolicy =
        $"default-src 'none'; style-src '{StatusStyle.Hash}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Path, (Delegate)ShowAsync);
        app.MapPost(Path, (Delegate)ShowToSenderAsync);
    }

    private async Task<IResult> ShowAsync(HttpContext http)
    {
        Protect(http.Response.Headers);
        var snapshot = live.Current;
        if (gate.RefusedOutright(http.Request, snapshot.Settings, IsFromElsewhere(http.Request)) is { } status)
        {
            return Results.StatusCode(status);
        }

        var (_, decision) = await AdminGate.AuthenticateAsync(http, snapshot, null);
        if (decision.Refused == RefusalReason.Missing)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return Page(SignInView.Write(null), StatusCodes.Status401Unauthorized);
        }

        if (decision.Refused is { } refused)
        {
            await snapshot.Refusals.WriteAsync(http, refused, decision.RequiredScope);
            return Results.Empty;
        }

        return TryReadRefresh(http.Request.Query, out var refresh, out var fault) ? Page(view.Write(snapshot, refresh, isLinked: true)) : fault!;
    }

    /// <summary>The same for who sends a token along in the form.</summary>
    private async Task<IResult> ShowToSenderAsync(HttpContext http)
    {
        Protect(http.Response.Headers);
        var snapshot = live.Current;
        if (gate.RefusedOutright(http.Request, snapshot.Settings, IsFromElsewhere(http.Request)) is { } status)
        {
            return Results.StatusCode(status);
        }

        if (!RequestBody.Is(http.Request, RequestBody.Form)
            || await RequestBody.ReadAsync(http.Request, MaxBody, http.RequestAborted) is not { } body
            || RequestBody.ReadForm(body)?.GetValueOrDefault("token")?.Trim() is not { Length: > 0 } token)
        {
            return Page(SignInView.Write("Nothing was sent, or too much."), StatusCodes.Status400BadRequest);
        }

        var (_, decision) = await AdminGate.AuthenticateAsync(http, snapshot, token.AsMemory());
        return decision.Refused is { } refused ? SignInAgain(http, refused) : Page(view.Write(snapshot, refresh: null, isLinked: false));
    }

    private static IResult SignInAgain(HttpContext http, RefusalReason refused)
    {
        var status = Refusals.Of(refused).Status;
        if (status == StatusCodes.Status401Unauthorized)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return Page(
            SignInView.Write(status switch
            {
                StatusCodes.Status403Forbidden => "The token is good, but it is not an administrator's.",
                StatusCodes.Status503ServiceUnavailable => "The token cannot be judged now: keys or revocations are not available. Try again.",
                _ => "The token is not accepted.",
            }),
            status);
    }

    private static IResult Page(string html, int status = StatusCodes.Status200OK) => Results.Text(html, "text/html; charset=utf-8", statusCode: status);

    /// <summary>
    /// A person opens the page, follows its own link or sends its own form, in a window of its own. Everything else that a browser can be
    /// made to send says that it is something else: a page of another origin, a frame, a script.
    /// </summary>
    private static bool IsFromElsewhere(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is not ([] or ["none"] or ["same-origin"])
        || request.Headers["Sec-Fetch-Mode"] is not ([] or ["navigate"])
        || request.Headers["Sec-Fetch-Dest"] is not ([] or ["document"])
        || request.Headers.Origin is not [] && !(HttpMethods.IsPost(request.Method) && request.Headers.Origin == $"{request.Scheme}://{request.Host}");

    private static void Protect(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        // Not no-referrer: a form would then be sent with an Origin of null.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    private static bool TryReadRefresh(IQueryCollection query, out int? refresh, out OAuthError? fault)
    {
        refresh = null;
        fault = AdminQuery.Unknown(query, "refresh");
        if (fault is null && (string?)query["refresh"] is { } text)
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= ShortestRefresh and <= LongestRefresh)
            {
                refresh = seconds;
            }
            else
            {
                fault = OAuthError.Invalid($"refresh: this is {ShortestRefresh} to {LongestRefresh} seconds.");
            }
        }

        return fault is null;
    }
}
