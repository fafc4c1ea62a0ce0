namespace Gateway.Foundation;

/// <summary>Headers with a meaning for HTTP or proxies, in which neither an identity nor a token may travel.</summary>
internal static class ReservedHeaders
{
    private static readonly string[] Names =
    [
        "Host", "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate", "TE", "Trailer", "Upgrade",
        "Transfer-Encoding", "Cookie", "Set-Cookie", "Origin", "Referer", "Accept", "Accept-Encoding", "Accept-Language", "Cache-Control",
        "Date", "Expect", "Forwarded", "From", "Range", "User-Agent", "Via", "WWW-Authenticate", "traceparent", "tracestate", "baggage",
        "Allow", "Expires", "Last-Modified", "DPoP", "DPoP-Nonce",
    ];

    /// <param name="forToken">True for the header of a token, which may be <c>Authorization</c>.</param>
    public static bool Contains(string name, bool forToken = false) =>
        Names.Any(reserved => HeaderAlias.IsSame(name, reserved))
        || HeaderAlias.StartsWith(name, "Content-")
        || HeaderAlias.StartsWith(name, "If-")
        || HeaderAlias.StartsWith(name, "Access-Control-")
        || HeaderAlias.StartsWith(name, "Sec-")
        || ProxyHeaders.Contains(name)
        || (!forToken && HeaderAlias.IsSame(name, "Authorization"));
}
