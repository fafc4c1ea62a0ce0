using Gateway.Issuers.Introspection;
using Gateway.Issuers.StatusLists;
using Gateway.Settings;

namespace Gateway.Issuers;

/// <summary>One trusted issuer: <c>Gateway:Issuers:{name}</c>.</summary>
internal sealed record IssuerOptions
{
    /// <summary>
    /// The exact, case-sensitive value of <c>iss</c> (RFC 7519 section 4.1.1). Required; unique among the issuers. One placeholder,
    /// such as <c>https://idp.example.com/realms/{realm}</c>, makes the entry an issuer template, see <see cref="Template"/>.
    /// </summary>
    public string? Issuer { get; init; }

    /// <summary>Which issuers belong to the template. Required with a placeholder, and only then.</summary>
    public TemplateOptions? Template { get; init; }

    /// <summary>
    /// The <c>aud</c> values that name this API; a token must carry one of them (RFC 9068 section 4). Required, at least one, unless
    /// <see cref="ClientIds"/> or <see cref="AcceptWithoutAudience"/> is set.
    /// </summary>
    public List<string>? Audiences { get; init; }

    /// <summary>
    /// The clients whose tokens are accepted without <c>aud</c>, as Amazon Cognito, Keycloak and Clerk make them: the token's
    /// <c>client_id</c>, else <c>azp</c>, <c>appid</c>, <c>cid</c>, must be one of these. A token with <c>aud</c> still needs one of
    /// <see cref="Audiences"/>. Default none.
    /// </summary>
    public List<string>? ClientIds { get; init; }

    /// <summary>
    /// Whether a token without <c>iss</c> is taken for one of this issuer. Only with <see cref="KeySourceOptions.SecretFile"/>, and for one
    /// issuer at most. Default false.
    /// </summary>
    public bool AcceptWithoutIssuer { get; init; }

    /// <summary>
    /// Whether a token without <c>aud</c> is accepted, also one that was issued for another API. Only with
    /// <see cref="KeySourceOptions.SecretFile"/>. Default false.
    /// </summary>
    public bool AcceptWithoutAudience { get; init; }

    /// <summary>Where the verification keys come from. Required, exactly one source.</summary>
    [MayBeEmpty]
    public KeySourceOptions? Keys { get; init; }

    /// <summary>
    /// The JWS algorithms its tokens may use: RS, PS or ES with 256, 384 or 512; EdDSA, which RFC 9864 calls Ed25519: both names are
    /// the same; HS only with <see cref="KeySourceOptions.SecretFile"/> and only when listed. Never <c>none</c>. Default RS256, PS256,
    /// ES256; no default with a secret.
    /// </summary>
    public List<string>? Algorithms { get; init; }

    /// <summary>
    /// The accepted <c>typ</c> header values (RFC 9068 section 4); an absent one counts as <c>JWT</c>. Default <c>at+jwt</c> and
    /// <c>JWT</c>. With <c>at+jwt</c> alone, RFC 9068's required claims are required too.
    /// </summary>
    public List<string>? TokenTypes { get; init; }

    /// <summary>How far the issuer's clock and ours may differ. Default 1 minute, range 0 to 5 minutes.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest accepted <c>exp</c> minus <c>iat</c>. Default 1 day, range 1 minute to 366 days.</summary>
    public TimeSpan MaxLifetime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Whether the gateway is not ready until it has this issuer's keys. Default true.</summary>
    public bool Required { get; init; } = true;

    /// <summary>Whether a token without <c>jti</c> is rejected. Default false.</summary>
    public bool RequireTokenId { get; init; }

    /// <summary>Asks the issuer about its opaque tokens (RFC 7662). Default none: they are rejected.</summary>
    public IntrospectionOptions? Introspection { get; init; }

    /// <summary>Looks tokens up in the issuer's status lists. Default none: the claim <c>status</c> has no effect.</summary>
    public StatusListOptions? StatusList { get; init; }

    /// <summary>
    /// Takes the issuer's logout tokens (OpenID Connect Back-Channel Logout 1.0) at <c>POST /backchannel-logout/{name}</c> on the public
    /// listener and revokes the session and the subject they name. Default none: the gateway has no such path.
    /// </summary>
    public BackChannelLogoutOptions? BackChannelLogout { get; init; }

    /// <summary>
    /// Takes the issuer's security events (CAEP, RISC), pushed (RFC 8935) to <c>POST /security-events/{name}</c> on the public listener,
    /// and revokes the sessions and subjects they are about. Default none: the gateway has no such path.
    /// </summary>
    public SecurityEventOptions? SecurityEvents { get; init; }
}

/// <summary>Logout at the issuer ends access here: <c>Gateway:Issuers:{name}:BackChannelLogout</c>.</summary>
internal sealed class BackChannelLogoutOptions
{
    /// <summary>
    /// The client ids at which the issuer knows this path as <c>backchannel_logout_uri</c>; a logout token's <c>aud</c> must hold one of
    /// them. Required, at least one.
    /// </summary>
    public List<string>? ClientIds { get; init; }

    /// <summary>
    /// Whether a logout token that names a session ends that session alone. Only for issuers whose access tokens carry <c>sid</c>: others
    /// would outlive the logout. Default false: the subject's other sessions must refresh their access tokens once.
    /// </summary>
    public bool SessionOnly { get; init; }
}

/// <summary>
/// An issuer template, which has many realms or tenants under one entry: <c>Gateway:Issuers:{name}:Template</c>. Each has a key ring of
/// its own, loaded when its first token arrives. Policies and identity headers can read the placeholder's value as a claim, such as
/// <c>$realm</c>.
/// </summary>
internal sealed class TemplateOptions
{
    /// <summary>The accepted values. Exactly one of this and <see cref="Matches"/> is set.</summary>
    public List<string>? AnyOf { get; init; }

    /// <summary>A regular expression that a value matches from its first character to its last; linear in time, as for claims.</summary>
    public string? Matches { get; init; }

    /// <summary>How many issuers of the template may have a key ring at once; more get 503. Default 100, range 1 to 10000.</summary>
    public int MaxRings { get; init; } = 100;

    /// <summary>After how long without a token a ring is dropped. Default 1 hour, range 1 minute to 30 days.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>How a secret is written in its file.</summary>
internal enum SecretEncoding
{
    /// <summary>The bytes of the line are the secret.</summary>
    Text,

    /// <summary>RFC 4648 section 4, with padding.</summary>
    Base64,

    /// <summary>RFC 4648 section 5, padding optional.</summary>
    Base64Url,
}

/// <summary>Where an issuer's keys come from: <c>Gateway:Issuers:{name}:Keys</c>. Exactly one is set.</summary>
internal sealed class KeySourceOptions
{
    /// <summary>
    /// Finds <c>jwks_uri</c> in the issuer's metadata: OpenID Connect Discovery 1.0 section 4, then RFC 8414 section 3. Default false.
    /// </summary>
    public bool Discovery { get; init; }

    /// <summary>
    /// The address of a JWK Set (RFC 7517 section 5). https, unless <see cref="AllowHttp"/> is set. May hold the issuer's placeholder.
    /// </summary>
    public string? JwksUri { get; init; }

    /// <summary>A file with a JWK Set. A relative path starts at the folder of yarp.json.</summary>
    public string? JwksFile { get; init; }

    /// <summary>
    /// A file with the secret of HS256, HS384 or HS512: one line, at least as many bytes as the hash (RFC 7518 section 3.2); up to three
    /// lines while a secret is changed, each of which verifies. A relative path starts at the folder of yarp.json.
    /// </summary>
    public string? SecretFile { get; init; }

    /// <summary>How the secrets are written in the file; the key is what they decode to. Default Text: the bytes of the line.</summary>
    public SecretEncoding SecretEncoding { get; init; }

    /// <summary>
    /// A file with a JWK Set of our private keys (RSA, EC, or a secret for <c>dir</c>), for access tokens that the issuer encrypts for us
    /// (JWE, RFC 7516); several while they rotate. A signed JWT must be inside. A relative path starts at the folder of yarp.json. Default
    /// none: encrypted tokens are rejected.
    /// </summary>
    public string? DecryptionFile { get; init; }

    /// <summary>
    /// Whether metadata and keys may be fetched by http, for a provider inside the cluster, also outside the Development environment.
    /// Default false.
    /// </summary>
    public bool AllowHttp { get; init; }

    /// <summary>
    /// How long keys stay in use while they cannot be refreshed; then the issuer's tokens get 503. Default 1 day, range 1 minute to 366
    /// days.
    /// </summary>
    public TimeSpan MaxStale { get; init; } = TimeSpan.FromDays(1);

    /// <summary>A PEM file with the certificate authorities to trust for the provider, in place of the system's. Default none.</summary>
    public string? CaFile { get; init; }

    /// <summary>
    /// A file with the bearer token for the request to <see cref="JwksUri"/>, read again for each request, such as a pod's service account
    /// token for the API server of Kubernetes. With Discovery it is an error: the metadata would say where the token goes. Default none.
    /// </summary>
    public string? TokenFile { get; init; }

    /// <summary>The HTTP proxy on the way to the provider. Default none; the environment's proxy variables are not read.</summary>
    public string? Proxy { get; init; }

    /// <summary>Extra request headers for the provider. The values are never shown. Default none.</summary>
    [Secret]
    public Dictionary<string, string>? Headers { get; init; }
}
