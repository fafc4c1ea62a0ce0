namespace Gateway.Identity;

/// <summary>
/// A short JWT, signed by the gateway, that proves to a destination who calls: <c>Gateway:Identity:Assertion</c>. Default none.
/// </summary>
internal sealed class AssertionOptions
{
    /// <summary>The header that carries it. Default <c>X-Auth-Assertion</c>.</summary>
    public string Header { get; init; } = AssertionSettings.DefaultHeader;

    /// <summary>
    /// A JWK Set with private keys, P-256 or Ed25519: the first signs, all are published. Followed while the gateway runs. Required.
    /// </summary>
    public string? KeyFile { get; init; }

    /// <summary>The <c>iss</c>, such as the public URL of the API. Required.</summary>
    public string? Issuer { get; init; }

    /// <summary>The <c>aud</c>. Default <c>$cluster</c>: the id of the cluster that the request goes to.</summary>
    public string Audience { get; init; } = AssertionSettings.ClusterAudience;

    /// <summary>From <c>iat</c> to <c>exp</c>. Default 1 minute; range 10 seconds to 1 hour.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The <c>typ</c> of the JOSE header. Default <c>JWT</c>.</summary>
    public string Type { get; init; } = "JWT";

    /// <summary>
    /// Name of the claim in the assertion to claim path in the token, whose values keep their JSON type. Absent claims are left out.
    /// Default: sub, client_id, scope, roles, and <c>token_iss</c> with the token's <c>iss</c>.
    /// </summary>
    public Dictionary<string, string>? Claims { get; init; }

    /// <summary>Where the public keys are served. Default <c>/.well-known/jwks.json</c>.</summary>
    public string JwksPath { get; init; } = "/.well-known/jwks.json";
}
