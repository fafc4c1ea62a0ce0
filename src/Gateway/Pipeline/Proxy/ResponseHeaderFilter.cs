using System.Net;
using System.Net.Http.Headers;
using Gateway.Foundation;
using Gateway.Identity;
using Gateway.Pipeline.Hygiene;
using Gateway.RouteFeatures.Limits;
using Gateway.Runtime;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Pipeline.Proxy;

/// <summary>Removes headers and trailers that are not for the client from a destination's response.</summary>
internal static class ResponseHeaderFilter
{
    // RFC 9110 section 6.5.1: fields for framing, routing and the like must not be trailers. The HTTP client drops most of them, but not
    // their aliases.
    private static readonly string[] NoTrailers =
    [
        "Transfer-Encoding", "Content-Length", "Content-Encoding", "Content-Type", "Content-Range", "Host", "Connection", "Keep-Alive",
        "Upgrade",
        "Trailer", "TE", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Authorization", "WWW-Authenticate", "Set-Cookie",
        "Cookie",
        "Cache-Control", "Expires", "Pragma", "Vary", "Age", "Date", "Location", "Retry-After", "Expect", "Max-Forwards", "Range",
        "Alt-Svc",
        "Strict-Transport-Security", "Content-Security-Policy", RateLimitFields.Limit, RateLimitFields.Policy,
    ];

    private const string CorsPrefix = "Access-Control-";

    /// <summary>Call it before the proxy copies the headers.</summary>
    public static void Clean(HttpContext context, GatewayRequest request, HttpResponseMessage response)
    {
        // The reason phrase is text of the destination in the status line of the gateway. Clients ignore it (RFC 9112 section 4).
        if (response.ReasonPhrase.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = null;
        }

        if (response.StatusCode == HttpStatusCode.ResetContent)
        {
            // A response with 205 may frame its empty body in several ways. Any bytes that follow are dropped.
            response.Content.Dispose();
            response.Content = new ByteArrayContent([]);
        }

        if (request.Snapshot.Settings.Identity.ResponseExpiry is { } expiry)
        {
            // Only the gateway knows, on public routes too: a client trusts this name.
            response.Headers.Remove(expiry);
        }

        if (!response.Headers.NonValidated.TryGetValues("Connection", out var connection))
        {
            return;
        }

        foreach (var value in connection)
        {
            foreach (var name in ConnectionHeader.IsPlain(value) ? [] : ConnectionHeader.Nominated(value))
            {
                // Contains first, because Remove throws for a header of the other collection.
                if (response.Headers.NonValidated.Contains(name))
                {
                    response.Headers.Remove(name);
                }
                else if (response.Content.Headers.NonValidated.Contains(name))
                {
                    response.Content.Headers.Remove(name);
                }
            }
        }
    }

    /// <summary>
    /// Some clients merge trailers into the headers. So a trailer must not set what only the gateway may set, nor what headers decide, such
    /// as CORS. Names are compared with their aliases.
    /// </summary>
    public static void CleanTrailers(HttpContext context, HttpResponseHeaders trailers)
    {
        if (trailers.NonValidated.Count == 0)
        {
            return;
        }

        var guarded = GatewayRequest.Of(context).Snapshot.Settings.ProtectedHeaders;
        List<string>? remove = null;
        foreach (var (name, _) in trailers.NonValidated)
        {
            if (guarded.Judge(name, out _) != HeaderVerdict.Keep
                || HeaderAlias.StartsWith(name, CorsPrefix)
                || NoTrailers.Any(other => HeaderAlias.IsSame(name, other)))
            {
                (remove ??= []).Add(name);
            }
        }

        foreach (var name in remove ?? [])
        {
            trailers.Remove(name);
        }
    }
}
