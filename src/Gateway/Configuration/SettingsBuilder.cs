using System.Collections.Frozen;
using System.Collections.Immutable;
using Gateway.Authentication;
using Gateway.Authentication.SenderConstraint;
using Gateway.Identity;
using Gateway.Issuers;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.RouteFeatures.Clusters;
using Gateway.RouteFeatures.Cors;
using Gateway.RouteFeatures.Draining;
using Gateway.RouteFeatures.Exchange;
using Gateway.RouteFeatures.Limits;
using Gateway.RouteFeatures.Paths;
using Gateway.RouteFeatures.Resources;
using Gateway.RouteFeatures.ResponseHeaders;
using Gateway.RouteFeatures.TrustedProxies;
using Gateway.Runtime;
using Gateway.Settings;
using Gateway.Telemetry;

namespace Gateway.Configuration;

/// <summary>Builds the settings from a configuration whose keys and types are valid.</summary>
internal static class SettingsBuilder
{
    /// <summary>Checks everything and reports all that is wrong; the result counts only when the report stays empty.</summary>
    public static GatewaySettings Build(IConfiguration configuration, SettingsContext context)
    {
        var options = configuration.GetSection(GatewayOptions.SectionName).Get<GatewayOptions>() ?? new GatewayOptions();
        var sources = TokenSourceCheck.Build(options.TokenSources, context.Report);
        var tokenHeaders = sources.Headers;
        var derived = ClaimPath.DerivedBy(options.Issuers.Values);
        var identity = IdentityCheck.Build(options.Identity, tokenHeaders, derived, [.. options.ResponseHeaders ?? []], context.Report);
        identity = identity with
        {
            Assertion = AssertionCheck.Build(
                options.Identity.Assertion, tokenHeaders.Concat(identity.HeaderNames), derived, context, out var assertionKeys),
        };
        // Policies before routes and management, which name them; identity before routes, whose transforms must not write its headers.
        var policies = PolicyCheck.Build(options.Policies, options.Issuers, sources.Named.Keys, context);
        TokenSourceUseCheck.Run(options, context.Report);
        ImmutableArray<string> logoutIssuers =
            [.. options.Issuers.Where(issuer => issuer.Value.BackChannelLogout is not null).Select(issuer => issuer.Key)];
        ImmutableArray<string> eventIssuers =
            [.. options.Issuers.Where(issuer => issuer.Value.SecurityEvents is not null).Select(issuer => issuer.Key)];
        RouteCheck.Run(
            configuration, options, policies, ProtectedHeaders.WithDefaults(identity.HeaderNames), hasLogout: !logoutIssuers.IsEmpty,
            hasEvents: !eventIssuers.IsEmpty, context.Report);
        ExchangeRouteCheck.Run(configuration, options, policies, context.Report);
        AssertionRouteCheck.Run(configuration, identity.Assertion, context.Report);
        var redis = RevocationCheck.Run(options.Revocation, context, out var lookup)
            ?? SharedLimitCheck.RedisOf(options.RateLimits.Values, options.Revocation.Redis, configuration, context);
        TokenCacheCheck.Run(options.TokenCache, context.Report);
        ClientCertificateCheck.Run(
            options.ClientCertificate, options.TrustedProxies is { Count: > 0 },
            ProtectedHeaders.WithDefaults(identity.HeaderNames).Concat(tokenHeaders), context.Report);
        ManagementCheck.Run(options.Management, policies, context.Report);
        return new GatewaySettings
        {
            Issuers = IssuerCheck.Build(options.Issuers, context),
            LogoutIssuers = logoutIssuers,
            SecurityEventIssuers = eventIssuers,
            Policies = policies,
            Cors = CorsCheck.Build(options.Cors, context.Report),
            RateLimits = RateLimitCheck.Build(options.RateLimits, derived, redis is not null, context.Report),
            Timeouts = RateLimitCheck.BuildTimeouts(options.Timeouts, context.Report),
            Clusters = ClusterLimitsCheck.Build(
                options.Clusters,
                [.. configuration.GetSection($"{SettingSchema.ReverseProxy}:Clusters").GetChildren().Select(cluster => cluster.Key)],
                context),
            MaxRequestBodySize = BodySizeCheck.Run("Gateway:Limits:MaxRequestBodySize", options.Limits.MaxRequestBodySize, context.Report),
            Paths = PathCheck.Build(
                options.Routes, options.Limits.RepeatedSlashes,
                [.. configuration.GetSection($"{SettingSchema.ReverseProxy}:Routes").GetChildren().Select(route => route.Key)],
                context.Report),
            Resources = ResourceCheck.Build(options.Resources, options.Routes, options.Issuers, context),
            TrustedProxies =
                TrustedProxiesCheck.Build(options.TrustedProxies, options.TrustForwardedHost, options.TrustForwardedPrefix, context.Report),
            ResponseHeaders = ResponseHeadersCheck.Build(options.ResponseHeaders, context.Report),
            RoutePlaces = context.Document.ChildrenOf($"{SettingSchema.ReverseProxy}:Routes")
                .Select((name, place) => KeyValuePair.Create(name, place)).ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
            Tokens = sources.Unnamed,
            TokenSources = sources,
            Credentials = sources.Credentials,
            Dpop = DpopCheck.Build(options.Dpop, context),
            ClientCertificate = options.ClientCertificate,
            TokenCache = options.TokenCache,
            Identity = identity,
            ProtectedHeaders =
                new ProtectedHeaders(identity.HeaderNames, tokenHeaders, options.Identity.Aliases, options.ClientCertificate.Header),
            AssertionKeys = assertionKeys,
            Exchanges = ExchangeCheck.Build(options.Exchanges, context),
            Store = StoreSettings.Of(options.Revocation, redis, context),
            KeyCacheDirectory = NamedFolder.Check("Gateway:Keys:CacheDirectory", options.Keys.CacheDirectory, context),
            ShareKeys = options.Keys.Share && options.Revocation.Store == RevocationStore.Redis,
            ProtectionKeyDirectory = NamedFolder.Check("Gateway:DataProtection:Path", options.DataProtection.Path, context),
            SnapshotDirectory = SnapshotCheck.BuildDirectory(options.Revocation.SnapshotDirectory, context),
            Lookup = lookup,
            Management = options.Management,
            ExternalAuthorization = ExternalAuthorizationCheck.Build(
                configuration, options.ExternalAuthorization, options.TrustedProxies is { Count: > 0 }, context),
            Drain = DrainCheck.Build(options.Drain, context),
            DetailedErrors = options.Errors.Detailed ?? context.IsDevelopment,
            Telemetry = TelemetrySettings.Build(configuration, context.Report),
        };
    }
}
