namespace Gateway.Authentication;

/// <summary>
/// One place in a request for the token: <c>Gateway:TokenSources:{n}</c>; a header, a cookie, a WebSocket subprotocol or a query parameter.
/// Default: the header <c>Authorization</c> with the scheme <c>Bearer</c>.
/// </summary>
internal sealed class TokenSourceOptions
{
    /// <summary>
    /// The name by which policies ask for this source (<c>TokenSource</c>); each name occurs once. Default: none, and the policies that
    /// name no source read all such places as one.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>The name of a header.</summary>
    public string? Header { get; init; }

    /// <summary>
    /// The scheme before the token, compared without case (RFC 9110 section 11.1). Without it, the header value is the token.
    /// </summary>
    public string? Scheme { get; init; }

    /// <summary>The name of a cookie, compared exactly.</summary>
    public string? Cookie { get; init; }

    /// <summary>
    /// A WebSocket subprotocol, compared exactly. The client offers the token as the next subprotocol:
    /// <c>Sec-WebSocket-Protocol: bearer, eyJ...</c>. Both are removed before the request is forwarded.
    /// </summary>
    public string? WebSocketProtocol { get; init; }

    /// <summary>
    /// A query parameter, read only on WebSocket upgrades and on GET with <c>Accept: text/event-stream</c> (RFC 9700 section 4.3.2), and
    /// removed before the request is forwarded.
    /// </summary>
    public string? Query { get; init; }
}
