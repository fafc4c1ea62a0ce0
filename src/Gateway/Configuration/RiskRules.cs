using System.Collections.Immutable;
using Gateway.Identity;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.RouteFeatures.Limits;
using Gateway.RouteFeatures.Paths;

namespace Gateway.Configuration;

/// <summary>The closed list of warnings. docs/configuration.md has it row by row.</summary>
internal static class RiskRules
{
    // A value above its bound is valid and causes a warning. The bounds of errors are in the checks of the sections.
    private static readonly TimeSpan LongLifetime = TimeSpan.FromDays(1);
    private static readonly TimeSpan WideSkew = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongStaleness = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongMaxStale = TimeSpan.FromDays(7);
    private static readonly TimeSpan LongSharedWindow = TimeSpan.FromHours(1);

    private static readonly TimeSpan LongIntrospection = TimeSpan.FromMinutes(5);

    private const double LargeBudget = 0.5;

    public static readonly ImmutableArray<RiskRule> All =
    [
        new("GW101", "PublicUnderProtected", "this public route lies under a protected one.",
            "A request of that path passes without a token, though its neighbours need one.",
            "If it is not meant to be public, name the policy of the protected route.", RiskyPlaces.PublicRoutes),
        new("GW102", "PolicyOnlyReports", "this policy rejects no request.",
            "Its routes are as open as Anonymous ones; a valid token alone brings identity headers.",
            "Set Enforce when the log shows no more rejections that surprise you.",
            context => context.InPolicies(policy => policy.Mode == PolicyMode.Report, ":Mode")),
        new("GW103", "TokenForwarded", "the destination receives the caller's token.",
            "An attacker who reads its memory or logs can act as the caller, at every API that accepts the token.",
            "Let the destination use the identity headers, or exchange the token for one of its own.",
            context => context.InPolicies(policy => policy.ForwardToken, ":ForwardToken")),
        new("GW104", "RevokedWhileUnavailable", "revoked tokens are accepted while the revocation store cannot be read.",
            "An attacker who can disconnect the gateway from the store makes later revocations ineffective.",
            "Set Reject, unless an outage of the store must not stop these routes.",
            context =>
                context.InPolicies(policy => policy.OnRevocationUnavailable == UnavailableBehavior.Allow, ":OnRevocationUnavailable")),
        new("GW105", "PolicyOfEveryIssuer", "this policy trusts the scopes and claims of every issuer.",
            "Each issuer, and its administrators, can grant the scopes and claims that the policy requires.",
            "List the trusted issuers in Issuers.",
            context =>
                context.Options.Issuers.Count < 2
                    ? []
                    : context.InPolicies(
                        policy =>
                            policy.Issuers is null && (policy.Scopes is not null || policy.Claims is not null || policy.StepUp is not null),
                        "")),
        new("GW110", "LongLifetime", "tokens may live longer than a day.",
            "A stolen token is valid until it expires or is revoked.",
            "Have the issuer give short tokens and refresh them, and lower this.",
            context => context.InIssuers(issuer => issuer.MaxLifetime > LongLifetime, "MaxLifetime")),
        new("GW111", "WideClockSkew", "tokens stay valid for more than two minutes after they expired.",
            "It lengthens the life of every token; clocks that are synchronized differ by less than a second.",
            "Synchronize the clocks and use 00:01:00 or less.",
            context => context.InIssuers(issuer => issuer.ClockSkew > WideSkew, "ClockSkew")),
        new("GW112", "SharedSecret", "every holder of this secret can create tokens, and the gateway holds it.",
            "A leak at the gateway, or at any other reader of the tokens, is a leak of the signing key.",
            "Have the issuer sign with RS256, PS256 or ES256 and publish its keys.",
            context => context.InIssuers(issuer => issuer.Keys?.SecretFile is not null, "Keys:SecretFile")),
        new("GW113", "OldKeys", "keys stay in use for more than a week while they cannot be refreshed.",
            "A key that the issuer has withdrawn goes on verifying for that long when its JWK Set cannot be reached.",
            "Use 1.00:00:00 to 7.00:00:00.", context => context.InIssuers(issuer => issuer.Keys?.MaxStale > LongMaxStale, "Keys:MaxStale")),
        new("GW114", "KeysByHttp", "the keys of this issuer are fetched without encryption.",
            "An attacker on the network path can replace a key and make tokens that the gateway accepts.",
            "Use https; or keep the way inside the cluster, where a network policy or a mesh protects it.",
            context => context.InIssuers(issuer => issuer.Keys?.AllowHttp == true, "Keys:AllowHttp")),
        new("GW115", "TokensWithoutIssuer", "a token without `iss` counts as a token of this issuer.",
            "Every token that is signed with the same secret is accepted, whatever its purpose.",
            "Have the service put `iss` into its tokens and remove this.",
            context => context.InIssuers(issuer => issuer.AcceptWithoutIssuer, "AcceptWithoutIssuer")),
        new("GW116", "TokensWithoutAudience", "a token without `aud` is accepted.",
            "A token that was issued for another API with the same secret is accepted here too.",
            "Have the service put `aud` into its tokens and list it in Audiences.",
            context => context.InIssuers(issuer => issuer.AcceptWithoutAudience, "AcceptWithoutAudience")),
        new("GW117", "LongIntrospection", "the issuer is not asked again about an opaque token for more than five minutes.",
            "A token that was revoked at the issuer still passes for that long.",
            "Use 00:05:00 or less; the default is 00:00:30.",
            context => context.InIssuers(issuer => issuer.Introspection?.CacheFor > LongIntrospection, "Introspection:CacheFor")),
        new("GW120", "TokenInCookie", "the browser sends a token in a cookie with every request, also if another site caused the request.",
            "Pages of other sites can make requests in the user's name (cross-site request forgery).",
            "Take the token from the header only; else set SameSite=Strict and check the Origin header at the destination.",
            RiskyPlaces.CookieSources),
        new("GW121", "TokenInQuery", "tokens in a URL are kept in many places.",
            "Logs of proxies, browser histories and monitoring record the URL, and everyone who reads them can use the token.",
            "Use WebSocketProtocol for WebSockets, or give such clients tokens that live for minutes.", RiskyPlaces.QuerySources),
        new("GW122", "UntrustedClientCertificates", "TLS connections may bring any client certificate.",
            "Only a token that is bound to it proves whose certificate it is: a destination that receives it by a ClientCert transform " +
                "must not trust it.",
            "Use it for certificate-bound tokens alone, or have clients use certificates of an authority that the system trusts.",
            context => context.Options.ClientCertificate.AllowUntrusted ? ["Gateway:ClientCertificate:AllowUntrusted"] : []),
        new("GW123", "AnyTokenInSource", "this policy accepts every valid token in its token source.",
            "A caller who has two tokens of its own passes as two parties, such as a user and a workload.",
            "List the issuers, or the scopes or claims, that only the tokens of this source have.",
            context => context.InPolicies(
                policy => policy is { TokenSource: not null, Issuers: null, Scopes: null, Claims: null, StepUp: null },
                $":{nameof(Policies.PolicyOptions.TokenSource)}")),
        new("GW130", "RevocationsInMemory", "revocations are lost when the process ends, and other replicas never learn of them.",
            "A restart or a second replica brings revoked tokens back to life.",
            "Use Sqlite, or Redis for more than one replica.",
            context =>
                !context.IsDevelopment && context.Options.Revocation.Store == RevocationStore.Memory ? ["Gateway:Revocation:Store"] : []),
        new("GW131", "StaleRevocations", "the revocation list may be more than five minutes old before OnRevocationUnavailable applies.",
            "Tokens that were revoked in the meantime are accepted.",
            "Use a minute or less; the default is 00:00:10.",
            context => context.Options.Revocation.MaxStaleness > LongStaleness ? ["Gateway:Revocation:MaxStaleness"] : []),
        new("GW140", "DetailedErrors", "rejections show their reason to every client.",
            "An attacker who tries forged tokens learns from each response which check has failed.",
            "Leave it out; the log has the reason, under the traceId of the response.",
            context => !context.IsDevelopment && context.Options.Errors.Detailed == true ? ["Gateway:Errors:Detailed"] : []),
        new("GW150", "PlainHttpDestination", "requests to this public name are not encrypted.",
            "An attacker on the network path can read and change them, including the identity headers.",
            "Write https.", RiskyPlaces.PlainDestinations),
        new("GW151", "AnyCertificate", "any certificate of these destinations is accepted.",
            "An attacker on the network path can pose as the destination and read all requests.",
            "Leave it out, and have the destinations show a certificate that the system trusts.", RiskyPlaces.AnyCertificate),
        new("GW152", "LargeRetryBudget", "more than half of the cluster's requests may be retried.",
            "An overloaded cluster receives up to twice as many requests.",
            "Use 0.2; a reserve covers the moment in which a destination goes.",
            context =>
                context.Options.Clusters.Where(cluster => cluster.Value.Retry?.Budget > LargeBudget).Select(
                    cluster => $"Gateway:Clusters:{cluster.Key}:Retry:Budget")),
        new("GW153", "SharedAssertionAudience", "the assertions for all clusters have the same audience.",
            "A destination can present an assertion that it received to a destination of another cluster and act as the caller there.",
            "Use $cluster, so that each destination accepts its own only.",
            context =>
                context.Options.Identity.Assertion is { Audience: not AssertionSettings.ClusterAudience }
                    ? [$"{AssertionCheck.Section}:Audience"]
                    : []),
        new("GW160", "PrefixNotRemoved", "this prefix is never removed.",
            "The destination receives the path as it came: the route has no such prefix, or the prefix ends in a slash.",
            "Write the segments that every path of the route begins with, without a slash at the end.", IdleTransforms.Prefixes),
        new("GW161", "UnknownRouteParameter", "this uses a parameter that the route's path does not have in this form.",
            "The destination receives a path, query or header without that part, or with its slashes escaped.",
            "Write the names of the parameters in Match:Path, and {**name} for a catch-all.", IdleTransforms.Parameters),
        new("GW170", "AffinityKeysNotShared", "only the replica that created the cookie or header of this session affinity can read it.",
            "With a second replica, and after a restart, clients lose their destination.",
            "Set Gateway:DataProtection:Path to a folder that all replicas share, use Redis as the revocation store, or use the policy " +
                "HashCookie.",
            RiskyPlaces.AffinityWithOwnKeys),
        new("GW180", "UrlsNotUsed", "these addresses are not opened.",
            "The endpoints of the Kestrel section replace them.",
            "Remove Urls, or the endpoints.", RiskyPlaces.UnusedUrls),
        new("GW190", "EncodedSlashesPass", "the destination receives paths with an encoded slash.",
            "A destination that decodes it serves another path than the one whose policy was applied.",
            "Set this only on routes whose destination takes %2F as a part of a name.",
            context =>
                context.InRoutes(route => route.EncodedSlashes == PathBehavior.PassThrough, nameof(GatewayRouteOptions.EncodedSlashes))),
        new("GW191", "PathParametersPass", "the destination receives paths with a ';'.",
            "A destination that cuts the path there serves another path than the one whose policy was applied.",
            "Set this only on routes whose destination takes ';' as a part of a name, or reads path parameters.",
            context =>
                context.InRoutes(route => route.PathParameters == PathBehavior.PassThrough, nameof(GatewayRouteOptions.PathParameters))),
        new("GW192", "NullOrigin", "pages without an origin may call.",
            "Every site can make one: a sandboxed frame, or a data: document.",
            "List the origins of your pages and apps.", RiskyPlaces.NullOrigins),
        new("GW193", "SubdomainsWithCredentials", "the pages of every subdomain may act with their visitor's cookies.",
            "One forgotten subdomain that an attacker can take over is enough.",
            "List the origins, or remove Credentials.", RiskyPlaces.SubdomainsWithCredentials),
        new("GW200", "AddressesFillRedis", "each address of a client takes memory in Redis for more than an hour.",
            "A client with many addresses, such as an IPv6 network, can fill Redis, which then stores no revocations and counts nothing.",
            "Use a Window of 01:00:00 or less, count by a claim, or remove Shared.",
            context => context.Options.RateLimits
                .Where(limit => limit.Value is { Shared: true, PartitionBy: RateLimitPartition.Address }
                    && limit.Value.Window > LongSharedWindow)
                .Select(limit => $"Gateway:RateLimits:{limit.Key}:Window")),
    ];
}
