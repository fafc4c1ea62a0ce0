namespace Gateway.Authentication;

/// <summary>
/// One place a token may come in: <c>Gateway:TokenSources:{n}</c>; exactly one of a header, a cookie, a WebSocket subprotocol and a query parameter.
/// Default: the header <c>Authorization</c> with the scheme <c>Bearer</c>.
/// </summary>
internal sealed class TokenSourceOptions
{
    /// <summary>A header's name.</summary>
    public string? Header { get; set; }

    /// <summary>The scheme before the token, compared without case (RFC 9110 section 11.1); without it the header is the token.</summary>
    public string? Scheme { get; set; }

    /// <summary>A cookie's name, compared exactly.</summary>
    public string? Cookie { get; set; }

    /// <summary>
    /// A subprotocol of WebSockets, compared exactly, after which the client offers the token as another one:
    /// <c>Sec-WebSocket-Protocol: bearer, eyJ...</c>. Both are removed before the request is forwarded.
    /// </summary>
    public string? WebSocketProtocol { get; set; }

    /// <summary>
    /// A query parameter, read on WebSocket upgrades and on GET with <c>Accept: text/event-stream</c> alone (RFC 9700 section 4.3.2), and removed
    /// before the request is forwarded.
    /// </summary>
    public string? Query { get; set; }
}
