using Gateway.Authentication;
using Gateway.Authentication.SenderConstraint;
using Gateway.Identity;
using Gateway.Issuers;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.RouteFeatures.Affinity;
using Gateway.RouteFeatures.Clusters;
using Gateway.RouteFeatures.Cors;
using Gateway.RouteFeatures.Draining;
using Gateway.RouteFeatures.Exchange;
using Gateway.RouteFeatures.Limits;
using Gateway.RouteFeatures.Paths;
using Gateway.RouteFeatures.Resources;
using Gateway.Runtime;
using Gateway.Settings;

namespace Gateway.Configuration;

/// <summary>
/// The <c>Gateway</c> section of yarp.json, as the operator writes it. The properties are the schema: an unknown key is an error.
/// </summary>
internal sealed record GatewayOptions
{
    public const string SectionName = "Gateway";

    /// <summary>The trusted issuers by a name of your choice. Default none: then every route is <c>Anonymous</c>.</summary>
    public Dictionary<string, IssuerOptions> Issuers { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The policies that routes may name, besides the built-in <c>Anonymous</c> and <c>Authenticated</c>. Default none.</summary>
    public Dictionary<string, PolicyOptions> Policies { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The CORS policies that routes may name in <c>CorsPolicy</c>. Default none.</summary>
    public Dictionary<string, CorsPolicyOptions> Cors { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The limits that routes may name in <c>RateLimiterPolicy</c>. Default none.</summary>
    public Dictionary<string, RateLimitOptions> RateLimits { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The times that routes may name in <c>TimeoutPolicy</c>, after which a request is answered with 504. Default none; 1 millisecond to 1
    /// day.
    /// </summary>
    public Dictionary<string, TimeSpan> Timeouts { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is added to the clusters of <c>ReverseProxy:Clusters</c>, by their ids. Default none.</summary>
    public Dictionary<string, ClusterOptions> Clusters { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Token exchanges that clusters may name in <c>Exchange</c> (RFC 8693). Default none.</summary>
    public Dictionary<string, ExchangeOptions> Exchanges { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    public LimitOptions Limits { get; init; } = new();

    /// <summary>What routes add to YARP's own settings, by the id of the route. Default none.</summary>
    public Dictionary<string, GatewayRouteOptions> Routes { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>APIs that clients can find the issuer of (RFC 9728), by a name of your choice. Default none.</summary>
    public Dictionary<string, ResourceOptions> Resources { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The proxies in front whose <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Port</c> are believed: addresses, or networks in CIDR form.
    /// They must set or remove all three. Default none.
    /// </summary>
    public List<string>? TrustedProxies { get; init; }

    /// <summary>
    /// Whether <c>X-Forwarded-Host</c> of the <c>TrustedProxies</c> is believed too. They must set or remove it: many load balancers pass
    /// on what a client wrote, who then chooses the route. Default false.
    /// </summary>
    public bool TrustForwardedHost { get; init; }

    /// <summary>
    /// Whether <c>X-Forwarded-Prefix</c> of the <c>TrustedProxies</c> is believed too, and passed on to destinations, which make links of
    /// it. They must set or remove it. Default false.
    /// </summary>
    public bool TrustForwardedPrefix { get; init; }

    /// <summary>
    /// Headers for every answer, rejections included, that a destination has not set itself. <c>Strict-Transport-Security</c> goes out on
    /// https only. Default none.
    /// </summary>
    public Dictionary<string, string>? ResponseHeaders { get; init; }

    /// <summary>Where a request may carry its token. Default: the header <c>Authorization</c> with scheme <c>Bearer</c>.</summary>
    public List<TokenSourceOptions>? TokenSources { get; init; }

    /// <summary>Default: proofs are checked by the default values, and 401 responses name <c>Bearer</c> alone.</summary>
    [MayBeEmpty]
    public DpopOptions? Dpop { get; init; }

    public ClientCertificateOptions ClientCertificate { get; init; } = new();

    public TokenCacheOptions TokenCache { get; init; } = new();

    public IdentityOptions Identity { get; init; } = new();

    public KeysOptions Keys { get; init; } = new();

    public DataProtectionOptions DataProtection { get; init; } = new();

    public RevocationOptions Revocation { get; init; } = new();

    public ErrorOptions Errors { get; init; } = new();

    public DrainOptions Drain { get; init; } = new();

    public ManagementOptions Management { get; init; } = new();

    [MayBeEmpty]
    public ExternalAuthorizationOptions? ExternalAuthorization { get; init; }

    /// <summary>Whether all replicas can read what one has encrypted for a client.</summary>
    internal bool HasSharedProtectionKeys => DataProtection.Path is not null || Revocation.Store == RevocationStore.Redis;
}

/// <summary>What a rejection tells the client: <c>Gateway:Errors</c>.</summary>
internal sealed record ErrorOptions
{
    /// <summary>Whether the body names the exact reason. Default: true in the Development environment, else false.</summary>
    public bool? Detailed { get; init; }
}

/// <summary>What a request may be at most: <c>Gateway:Limits</c>.</summary>
internal sealed class LimitOptions
{
    /// <summary>
    /// Bytes of a request's body, on every route without a <c>MaxRequestBodySize</c> of its own. Default 30000000; -1 for any size.
    /// </summary>
    public long MaxRequestBodySize { get; init; } = 30_000_000;

    /// <summary>
    /// What happens to a path with two slashes in a row: 400, or they become one before the request is routed, and the destination receives
    /// the merged path. Default <c>Reject</c>.
    /// </summary>
    public RepeatedSlashes RepeatedSlashes { get; init; }
}
