namespace Gateway.Issuers.Introspection;

/// <summary>
/// Asks the issuer about its opaque access tokens (RFC 7662): <c>Gateway:Issuers:{name}:Introspection</c>. At most one issuer has it,
/// because an opaque token does not say whose it is. Its signed tokens are verified as always and never asked about.
/// </summary>
internal sealed class IntrospectionOptions
{
    /// <summary>
    /// The address to ask. https, unless <see cref="KeySourceOptions.AllowHttp"/> is set. Default: <c>introspection_endpoint</c> of the
    /// issuer's metadata.
    /// </summary>
    public string? Endpoint { get; init; }

    /// <summary>The client id of the gateway at the issuer. Required.</summary>
    public string? ClientId { get; init; }

    /// <summary>
    /// A file with the client's secret, on one line, sent with HTTP Basic (RFC 6749 section 2.3.1). Read for each call. A relative path
    /// starts at the folder of yarp.json. Exactly one of this and <see cref="KeyFile"/> is set.
    /// </summary>
    public string? SecretFile { get; init; }

    /// <summary>
    /// A file with the client's private key as a JWK, or a JWK Set whose first key signs, for <c>private_key_jwt</c> (RFC 7523). Its
    /// <c>alg</c>, else RS256, or the ES algorithm of its curve, is used. Read for each call.
    /// </summary>
    public string? KeyFile { get; init; }

    /// <summary>
    /// Whether the issuer must sign its responses (RFC 9701): <c>application/token-introspection+jwt</c>, verified with its keys. Then a
    /// response that is not signed is rejected. Default false.
    /// </summary>
    public bool SignedResponses { get; init; }

    /// <summary>
    /// For how long a token that the issuer called active is not asked about again; never beyond its <c>exp</c>. For so long a token that
    /// was revoked at the issuer still passes. Default 30 seconds, range 1 second to 1 hour.
    /// </summary>
    public TimeSpan CacheFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a call may take; then the request gets 503. Default 2 seconds, range 100 milliseconds to 30 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Calls a second for tokens that this replica has not seen to be active before; more such requests get 503. Default 100, range 1 to
    /// 10000.
    /// </summary>
    public int MaxCallsPerSecond { get; init; } = 100;
}

/// <summary>The checked form of <see cref="IntrospectionOptions"/>. What is known of the server lives on while these stay equal.</summary>
/// <param name="Issuer">The exact <c>iss</c>.</param>
/// <param name="Endpoint">Null for the one in the issuer's metadata.</param>
internal sealed record IntrospectionSettings(
    string Issuer, string? Endpoint, string ClientId, string? SecretFile, string? KeyFile, bool SignedResponses, TimeSpan CacheFor,
    TimeSpan Timeout,
    int MaxCallsPerSecond, KeyFetchSettings Fetch);
