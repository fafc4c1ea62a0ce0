using Gateway.Settings;

namespace Gateway.Identity;

/// <summary>The treatment of a client header that a destination could confuse with an identity header.</summary>
internal enum AliasBehavior
{
    /// <summary>Removes the header.</summary>
    Strip,

    /// <summary>Rejects the request with 400. A header with the exact name is still only removed.</summary>
    Reject,
}

/// <summary>The headers that tell a destination who calls, and the client how long its token lasts: <c>Gateway:Identity</c>.</summary>
internal sealed record IdentityOptions
{
    /// <summary>
    /// Header name to claim path. Absent claims add no header. <c>scope</c> and <c>client_id</c> include the providers' own names
    /// (<c>scp</c>; <c>azp</c>, <c>appid</c>, <c>cid</c>). Default: X-Auth-Subject, X-Auth-Issuer, X-Auth-Client, X-Auth-Scopes,
    /// X-Auth-Roles.
    /// </summary>
    public Dictionary<string, string>? Headers { get; init; }

    public PayloadOptions? Payload { get; init; }

    [MayBeEmpty]
    public AssertionOptions? Assertion { get; init; }

    /// <summary>
    /// <c>Strip</c> or <c>Reject</c> client headers that alias an identity header (<c>X_Auth_Subject</c>). Default <c>Strip</c>.
    /// </summary>
    public AliasBehavior Aliases { get; init; }

    /// <summary>
    /// A response header for the client with the whole seconds that its token has left, on every response to a verified token; protected
    /// like the identity headers, and removed from the responses of destinations. Default none.
    /// </summary>
    public string? ResponseExpiry { get; init; }
}

/// <summary>The whole claims set for the destination: <c>Gateway:Identity:Payload</c>.</summary>
internal sealed class PayloadOptions
{
    /// <summary>The header that carries base64url of the claims set's JSON. Default none: the payload is not forwarded.</summary>
    public string? Header { get; init; }
}
