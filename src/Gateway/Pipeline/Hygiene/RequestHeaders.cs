using Gateway.Foundation;
using Gateway.Identity;

namespace Gateway.Pipeline.Hygiene;

/// <summary>
/// Rejects headers that parsers understand differently, and removes those that only the gateway may send to destinations.
/// </summary>
internal static class RequestHeaders
{
    // Kestrel moves a Content-Length that accompanies Transfer-Encoding to this header.
    private const string SetAsideContentLength = "X-Content-Length";

    /// <param name="isHttp11">True when the message may be chunked.</param>
    /// <param name="stripped">The number of identity headers that the client had sent.</param>
    public static RequestFault Check(IHeaderDictionary headers, ProtectedHeaders guarded, bool isHttp11, out int stripped)
    {
        stripped = 0;
        if (!HasClearFraming(headers, isHttp11))
        {
            return RequestFault.Framing;
        }

        // Collected first: headers must not be removed while they are enumerated.
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
    /// True when the end of the body is unambiguous (RFC 9112 section 6.3) and HTTP/1.0 has no Transfer-Encoding (section 6.1). Kestrel
    /// accepts more, which would allow request smuggling.
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

    /// <summary>Removes what <c>Connection</c> names. Last, so that the checks have seen these headers too.</summary>
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
