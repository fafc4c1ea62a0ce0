using Gateway.Foundation;
using Gateway.Identity;

namespace Gateway.Pipeline.Hygiene;

/// <summary>Rejects headers that two readers understand differently, and removes those that only the gateway may send on.</summary>
internal static class RequestHeaders
{
    // Where the server puts a Content-Length that came together with Transfer-Encoding.
    private const string SetAsideContentLength = "X-Content-Length";

    /// <param name="isHttp11">Whether the message may be chunked.</param>
    /// <param name="stripped">How many identity headers the client had sent.</param>
    public static RequestFault Check(IHeaderDictionary headers, ProtectedHeaders guarded, bool isHttp11, out int stripped)
    {
        stripped = 0;
        if (!HasClearFraming(headers, isHttp11))
        {
            return RequestFault.Framing;
        }

        List<string>? remove = null;
        foreach (var (name, values) in headers)
        {
            if (name.StartsWith(':'))
            {
                // A pseudo-header of HTTP/2, checked by the server.
                continue;
            }

            if (name.AsSpan().ContainsAnyExcept(HeaderSyntax.TokenCharacters))
            {
                return RequestFault.HeaderName;
            }

            foreach (var value in values)
            {
                if (!HeaderSyntax.IsValue(value))
                {
                    return RequestFault.HeaderValue;
                }
            }

            var verdict = guarded.Judge(name, out var isIdentity);
            if (verdict == HeaderVerdict.Keep)
            {
                continue;
            }

            if (verdict == HeaderVerdict.Alias && guarded.Aliases == AliasBehavior.Reject)
            {
                return RequestFault.HeaderAlias;
            }

            (remove ??= []).Add(name);
            stripped += isIdentity ? 1 : 0;
        }

        if (remove is not null)
        {
            foreach (var name in remove)
            {
                headers.Remove(name);
            }
        }

        RemoveNominated(headers);
        return RequestFault.None;
    }

    /// <summary>
    /// RFC 9112 section 6.3: one way to know where the body ends, and section 6.1: HTTP/1.0 has no Transfer-Encoding. The server accepts
    /// more than that.
    /// </summary>
    private static bool HasClearFraming(IHeaderDictionary headers, bool isHttp11)
    {
        var encoding = headers.TransferEncoding;
        return encoding.Count == 0
            || (isHttp11
                && encoding.Count == 1
                && "chunked".Equals(encoding[0], StringComparison.OrdinalIgnoreCase)
                && headers.ContentLength is null
                && !headers.ContainsKey(SetAsideContentLength));
    }

    private static void RemoveNominated(IHeaderDictionary headers)
    {
        foreach (var value in headers.Connection)
        {
            foreach (var name in ConnectionHeader.IsPlain(value) ? [] : ConnectionHeader.Nominated(value!))
            {
                headers.Remove(name);
            }
        }
    }
}
