using System.Net;
using System.Net.Http.Headers;
using Gateway.Foundation;
using Gateway.Identity;
using Gateway.Pipeline.Hygiene;
using Gateway.RouteFeatures.Limits;
using Gateway.Runtime;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Pipeline.Proxy;

/// <summary>Takes out of a destination's answer what is not for the client.</summary>
internal static class AnswerHeaders
{
    // RFC 9110 section 6.5.1: what says how to read, route or judge a message has no business behind it. The HTTP client drops most of
    // them in their own spelling.
    private static readonly string[] NoTrailers =
    [
        "Transfer-Encoding", "Content-Length", "Content-Encoding", "Content-Type", "Content-Range", "Host", "Connection", "Keep-Alive", "Upgrade",
        "Trailer", "TE", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Authorization", "WWW-Authenticate", "Set-Cookie", "Cookie",
        "Cache-Control", "Expires", "Pragma", "Vary", "Age", "Date", "Location", "Retry-After", "Expect", "Max-Forwards", "Range", "Alt-Svc",
        "Strict-Transport-Security", "Content-Security-Policy", RateLimitFields.Limit, RateLimitFields.Policy,
    ];

    private const string CorsPrefix = "Access-Control-";

    /// <summary>Before the headers are copied.</summary>
    public static void Clean(HttpContext context, HttpResponseMessage answer)
    {
        // The reason is text of the destination's in a line of ours. The client needs none (RFC 9112 section 4).
        if (answer.ReasonPhrase.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = null;
        }

        if (answer.StatusCode == HttpStatusCode.ResetContent)
        {
            // It may be framed as an empty body in more than one way; what is there nevertheless goes nowhere.
            answer.Content.Dispose();
            answer.Content = new ByteArrayContent([]);
        }

        if (GatewayRequest.Of(context).Snapshot.Settings.Identity.ResponseExpiry is { } expiry)
        {
            // Only the gateway knows, on public routes too: a client trusts this name.
            answer.Headers.Remove(expiry);
        }

        if (!answer.Headers.NonValidated.TryGetValues("Connection", out var connection))
        {
            return;
        }

        foreach (var value in connection)
        {
            foreach (var name in ConnectionHeader.IsPlain(value) ? [] : ConnectionHeader.Nominated(value))
            {
                // Asked for first: to remove a name of the other kind is a fault.
                if (answer.Headers.NonValidated.Contains(name))
                {
                    answer.Headers.Remove(name);
                }
                else if (answer.Content.Headers.NonValidated.Contains(name))
                {
                    answer.Content.Headers.Remove(name);
                }
            }
        }
    }

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
            if (guarded.Judge(name, out _) != HeaderVerdict.Keep || HeaderAlias.StartsWith(name, CorsPrefix) || NoTrailers.Any(other => HeaderAlias.IsSame(name, other)))
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
