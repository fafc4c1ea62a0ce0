using System.Collections.Frozen;
using System.Collections.Immutable;
using Gateway.Authentication;
using Gateway.Authentication.SenderConstraint;
using Gateway.Identity;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Redis;
using Gateway.Revocation;
using Gateway.RouteFeatures.Clusters;
using Gateway.RouteFeatures.Draining;
using Gateway.RouteFeatures.Exchange;
using Gateway.RouteFeatures.Limits;
using Gateway.RouteFeatures.Paths;
using Gateway.RouteFeatures.Resources;
using Gateway.RouteFeatures.ResponseHeaders;
using Gateway.RouteFeatures.TrustedProxies;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Gateway.Runtime;

/// <summary>
/// The whole configuration, checked: values, and what was compiled of them. Immutable. Nothing here has state, a timer or a connection;
/// <see cref="GatewaySnapshots"/> makes such objects of it.
/// </summary>
internal sealed record GatewaySettings
{
    public required IssuersSettings Issuers { get; init; }

    /// <summary>The names of the issuers whose logout tokens are accepted.</summary>
    public required ImmutableArray<string> LogoutIssuers { get; init; }

    /// <summary>The names of the issuers whose security events are accepted.</summary>
    public required ImmutableArray<string> SecurityEventIssuers { get; init; }

    public required RoutePolicies Policies { get; init; }

    /// <summary>The framework's type is mutable; only <c>CorsCheck</c> changes these policies, when it makes them.</summary>
    public required FrozenDictionary<string, CorsPolicy> Cors { get; init; }

    public required FrozenDictionary<string, RateLimitSettings> RateLimits { get; init; }

    public required FrozenDictionary<string, TimeSpan> Timeouts { get; init; }

    /// <summary>By the id of YARP's cluster.</summary>
    public required FrozenDictionary<string, ClusterSettings> Clusters { get; init; }

    /// <summary>By name.</summary>
    public required FrozenDictionary<string, ExchangeSettings> Exchanges { get; init; }

    /// <summary>Bytes; -1 for any size.</summary>
    public required long MaxRequestBodySize { get; init; }

    public required PathRules Paths { get; init; }

    public required ProtectedResources Resources { get; init; }

    /// <summary>Null if no proxy is trusted.</summary>
    public required TrustedProxySettings? TrustedProxies { get; init; }

    public required ImmutableArray<ResponseHeader> ResponseHeaders { get; init; }

    /// <summary>The positions of the routes in the file: of two routes that match equally well, the first wins.</summary>
    public required FrozenDictionary<string, int> RoutePlaces { get; init; }

    /// <summary>Reads the token sources without a name: those of <c>/admin</c> and of policies that name none.</summary>
    public required TokenReader Tokens { get; init; }

    public required TokenSources TokenSources { get; init; }

    /// <summary>Removes what clients send in the token sources.</summary>
    public required ClientCredentials Credentials { get; init; }

    public required DpopSettings Dpop { get; init; }

    public required ClientCertificateOptions ClientCertificate { get; init; }

    public required TokenCacheOptions TokenCache { get; init; }

    public required IdentityPlan Identity { get; init; }

    public required ProtectedHeaders ProtectedHeaders { get; init; }

    /// <summary>The keys that the file of <c>Gateway:Identity:Assertion</c> held when it was checked; null without an assertion.</summary>
    public required JwsSignerSet? AssertionKeys { get; init; }

    public required StoreSettings Store { get; init; }

    /// <summary>Full path of the folder where key documents are stored; null when they are not stored.</summary>
    public required string? KeyCacheDirectory { get; init; }

    /// <summary>True when replicas share key documents through Redis.</summary>
    public required bool ShareKeys { get; init; }

    /// <summary>Full path of the folder of data protection keys; null for Redis or memory.</summary>
    public required string? ProtectionKeyDirectory { get; init; }

    /// <summary>Full path of the folder with the snapshot of the revocation list; null for none.</summary>
    public required string? SnapshotDirectory { get; init; }

    public RedisSettings? Redis => Store.Redis;

    /// <summary>The keys that are looked up in Redis for each request; null for none.</summary>
    public required LookupSettings? Lookup { get; init; }

    public required ManagementOptions Management { get; init; }

    /// <summary>Null if no other proxy may ask for decisions.</summary>
    public required ExternalAuthorizationSettings? ExternalAuthorization { get; init; }

    public required DrainSettings Drain { get; init; }

    public required bool DetailedErrors { get; init; }

    public required TelemetrySettings Telemetry { get; init; }
}
