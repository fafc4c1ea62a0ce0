using Gateway.Configuration;
using Gateway.Runtime;

namespace Gateway.Management.Status;

/// <summary>
/// <c>GET /admin</c>: the gateway's state for a person with a browser. A browser cannot send a token by itself, so without one the response
/// is a form that does, to the same address: the token travels in the body, opens one page, and is kept nowhere, neither here nor in a
/// cookie. Nothing on the page is a script, and nothing it does changes anything.
/// </summary>
internal sealed class StatusPage(LiveGateway live, StatusView view, ExplainAdministration explain, RouterProbe router)
{
    public void Map(IEndpointRouteBuilder admin)
    {
        admin.MapGet("", (Delegate)ShowAsync).WithMetadata(new PageEntry());
        // The same page for a request with the token in a form of the page: the one that opens it, or the one that explains a token.
        admin.MapPost("", (Delegate)ShowToFormAsync).WithMetadata(new FormEntry(), ReadsOnly.Instance);
    }

    private async Task<IResult> ShowAsync(HttpContext http) => StatusRequest.TryRead(http.Request.Query, out var request, out var fault)
        ? await PageOfAsync(request!)
        : fault!;

    /// <summary>
    /// Shows the page to a form of the page. A filter that is too long is dropped: the form of the page limits it already.
    /// </summary>
    private async Task<IResult> ShowToFormAsync(HttpContext http)
    {
        var fields = await FormEntry.FieldsAsync(http.Request);
        var explained = fields?.GetValueOrDefault("explain")?.Trim() is { Length: > 0 } token
            ? await explain.ExplainAsync(
                token, fields.GetValueOrDefault("route") is { Length: > 0 } route ? route : null, http.RequestAborted)
            : null;
        var filter = fields?.GetValueOrDefault("filter") is { Length: > 0 and <= StatusFilter.MaxLength } text ? text : null;
        return await PageOfAsync(new StatusRequest(null, new StatusFilter(filter), IsLinked: false, explained));
    }

    private async Task<IResult> PageOfAsync(StatusRequest request) =>
        BrowserEntry.Page(view.Write(live.Current, request, isRouting: await router.IsGoodAsync()));
}
