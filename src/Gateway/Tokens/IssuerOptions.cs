namespace Gateway.Tokens;

/// <summary>One trusted issuer: <c>Gateway:Issuers:{name}</c>.</summary>
internal sealed class IssuerOptions
{
    /// <summary>The exact, case-sensitive value of <c>iss</c> (RFC 7519 section 4.1.1). Required; unique among the issuers.</summary>
    public string? Issuer { get; set; }

    /// <summary>The <c>aud</c> values that name this API; a token must carry one of them (RFC 9068 section 4). Required, at least one.</summary>
    public List<string>? Audiences { get; set; }

    /// <summary>Where the verification keys come from. Required, exactly one source.</summary>
    public KeySourceOptions? Keys { get; set; }

    /// <summary>
    /// The JWS algorithms its tokens may use: RS, PS or ES with 256, 384 or 512; HS only with <see cref="KeySourceOptions.SecretFile"/>
    /// and only when listed. Never <c>none</c>. Default RS256, PS256, ES256; no default with a secret.
    /// </summary>
    public List<string>? Algorithms { get; set; }

    /// <summary>
    /// The accepted <c>typ</c> header values (RFC 9068 section 4); an absent one counts as <c>JWT</c>. Default <c>at+jwt</c> and
    /// <c>JWT</c>. With <c>at+jwt</c> alone, RFC 9068's required claims are required too.
    /// </summary>
    public List<string>? TokenTypes { get; set; }

    /// <summary>How far the issuer's clock and ours may differ. Default 1 minute, range 0 to 5 minutes.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest accepted <c>exp</c> minus <c>iat</c>. Default 1 day, range 1 minute to 366 days.</summary>
    public TimeSpan MaxLifetime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Whether a token without <c>jti</c> is refused. Default false.</summary>
    public bool RequireTokenId { get; set; }
}

/// <summary>Where an issuer's keys come from: <c>Gateway:Issuers:{name}:Keys</c>. Exactly one is set.</summary>
internal sealed class KeySourceOptions
{
    /// <summary>
    /// Finds <c>jwks_uri</c> in the issuer's metadata: OpenID Connect Discovery 1.0 section 4, then RFC 8414 section 3. Default false.
    /// </summary>
    public bool Discovery { get; set; }

    /// <summary>The address of a JWK Set (RFC 7517 section 5). https outside the Development environment.</summary>
    public string? JwksUri { get; set; }

    /// <summary>A file with a JWK Set. A relative path starts at the folder of yarp.json.</summary>
    public string? JwksFile { get; set; }

    /// <summary>
    /// A file whose content, less one trailing line break, is the secret of HS256, HS384 or HS512: at least as many bytes as the hash
    /// (RFC 7518 section 3.2). A relative path starts at the folder of yarp.json.
    /// </summary>
    public string? SecretFile { get; set; }
}
