namespace Gateway.Pipeline.Hygiene;

/// <summary>The closed list of faults that make a request ambiguous. Each has a status and a text with the cure.</summary>
internal enum RequestFault
{
    None,
    TargetForm,
    TargetCharacter,
    TargetEncoding,
    TargetSeparator,
    TargetDots,
    TargetSlashes,
    TargetParameters,
    TargetDifferent,
    TargetRoute,
    Host,
    Method,
    Upgrade,
    HeaderName,
    HeaderValue,
    Framing,
    HeaderAlias,
    HeaderNotRemovable,
    Unreadable,
}

/// <summary>One row for each <see cref="RequestFault"/>.</summary>
/// <param name="Status">400, or 405 for a method.</param>
/// <param name="Detail">The error and its cure; never a part of the request.</param>
/// <param name="Closes">
/// True when an HTTP/1 connection is closed: if parsers disagree on the end of a line or a message, a client could smuggle the next request
/// on the connection past the checks.
/// </param>
internal sealed record FaultResponse(int Status, string Detail, bool Closes = false);

/// <summary>The table of responses to ambiguous requests.</summary>
internal static class RequestFaults
{
    public static FaultResponse Of(RequestFault fault) => fault switch
    {
        RequestFault.TargetForm => new(400, "The request target is neither a path nor an http(s) URL."),
        RequestFault.TargetCharacter =>
            new(
                400, "The request target has a control character, space, backslash, '#' or non-ASCII character; percent-encode it.",
                Closes: true),
        RequestFault.TargetEncoding =>
            new(400, "The path has a percent-encoding that is incomplete, not UTF-8, or of a control character."),
        RequestFault.TargetSeparator =>
            new(400, "The path has an encoded slash, backslash or NUL, or one encoded twice; destinations disagree on what it means."),
        RequestFault.TargetDots => new(400, "The path has a dot segment that destinations can normalize in different ways."),
        RequestFault.TargetSlashes => new(400, "The path has an empty segment (two slashes in a row)."),
        RequestFault.TargetParameters => new(400, "The path has a ';'; destinations disagree on whether it ends the path."),
        RequestFault.TargetDifferent => new(400, "The path cannot be forwarded exactly as the gateway checked it."),
        RequestFault.TargetRoute =>
            new(400, "The path has an encoded slash or a ';', and another reading of it leads to a route with another policy."),
        RequestFault.Host => new(400, "The request needs exactly one Host: a name or an address. A name with xn-- must be valid punycode."),
        RequestFault.Method => new(405, "TRACE is not forwarded."),
        RequestFault.Upgrade =>
            new(
                400,
                "An upgrade needs the method GET, the protocol websocket, Sec-WebSocket-Version 13 and, except for CONNECT, a " +
                    "Sec-WebSocket-Key of 16 bytes."),
        RequestFault.HeaderName => new(400, "A header name has a character that RFC 9110 section 5.6.2 does not allow.", Closes: true),
        RequestFault.HeaderValue => new(400, "A header value has a control character, or is not UTF-8.", Closes: true),
        RequestFault.Framing =>
            new(
                400, "The message's length is ambiguous: Transfer-Encoding must be exactly chunked, without Content-Length, on HTTP/1.1.",
                Closes: true),
        RequestFault.HeaderAlias => new(400, "A header name differs from a reserved one only in its separators."),
        RequestFault.HeaderNotRemovable =>
            new(
                400,
                "A header has a name, or a spelling of one, that only proxies may send, and the proxy in front cannot remove it; leave " +
                    "it out."),
        RequestFault.Unreadable => new(400, "The request cannot be read.", Closes: true),
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };
}
