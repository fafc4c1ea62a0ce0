namespace Gateway.Authentication;

/// <summary>
/// One place a token may come in: <c>Gateway:TokenSources:{n}</c>; either a header or a cookie. The query is never one
/// (RFC 9700 section 4.3.2). Default: the header <c>Authorization</c> with the scheme <c>Bearer</c>.
/// </summary>
internal sealed class TokenSourceOptions
{
    /// <summary>A header's name.</summary>
    public string? Header { get; set; }

    /// <summary>The scheme before the token, compared without case (RFC 9110 section 11.1); without it the header is the token.</summary>
    public string? Scheme { get; set; }

    /// <summary>A cookie's name, compared exactly.</summary>
    public string? Cookie { get; set; }
}
