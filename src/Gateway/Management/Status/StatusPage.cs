using System.Globalization;
using Gateway.Errors;
using Gateway.Runtime;

namespace Gateway.Management.Status;

/// <summary>
/// <c>GET /admin</c>: the gateway's state for a person with a browser. A browser cannot send a token by itself, so without one the answer is
/// a form that does, to the same address: the token travels in the body, opens one page, and is kept nowhere, neither here nor in a cookie.
/// Nothing on the page is a script, and nothing it does changes anything.
/// </summary>
internal sealed class StatusPage(LiveGateway live, StatusView view)
{
    private const int ShortestRefresh = 5;
    private const int LongestRefresh = 3600;

    public void Map(IEndpointRouteBuilder admin)
    {
        admin.MapGet("", (Delegate)Show).WithMetadata(new PageEntry());
        // The same page for a request with the token in the form.
        admin.MapPost("", () => BrowserEntry.Page(view.Write(live.Current, refresh: null, isLinked: false))).WithMetadata(new FormEntry(), ReadsOnly.Instance);
    }

    private IResult Show(HttpContext http) => TryReadRefresh(http.Request.Query, out var refresh, out var fault)
        ? BrowserEntry.Page(view.Write(live.Current, refresh, isLinked: true))
        : fault!;

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
