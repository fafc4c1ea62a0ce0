using System.Collections.Frozen;
using System.Collections.Immutable;
using Gateway.Authentication;
using Gateway.Configuration;
using Gateway.Identity;
using Gateway.Issuers;
using Gateway.Management;
using Gateway.Policies;
using Gateway.Redis;
using Gateway.Revocation;
using Gateway.RouteFeatures.Cors;
using Gateway.RouteFeatures.Draining;
using Gateway.RouteFeatures.Limits;
using Gateway.RouteFeatures.ResponseHeaders;
using Gateway.RouteFeatures.TrustedProxies;
using Gateway.Settings;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Gateway.Runtime;

/// <summary>The whole configuration, checked and ready to use. Immutable.</summary>
internal sealed record GatewaySettings
{
    public required IssuerDirectory Issuers { get; init; }

    /// <summary>The names of the issuers whose logout tokens are taken.</summary>
    public required ImmutableArray<string> LogoutIssuers { get; init; }

    public required RoutePolicies Policies { get; init; }

    public required FrozenDictionary<string, CorsPolicy> Cors { get; init; }

    public required FrozenDictionary<string, RateLimit> RateLimits { get; init; }

    public required FrozenDictionary<string, TimeSpan> Timeouts { get; init; }

    /// <summary>Bytes; -1 for any size.</summary>
    public required long MaxRequestBodySize { get; init; }

    /// <summary>Null while nobody in front is believed.</summary>
    public required TrustedProxies? TrustedProxies { get; init; }

    public required ImmutableArray<ResponseHeader> ResponseHeaders { get; init; }

    /// <summary>The routes' places in the file: of two that match, the first wins.</summary>
    public required FrozenDictionary<string, int> RoutePlaces { get; init; }

    public required TokenReader Tokens { get; init; }

    public required TokenCacheOptions TokenCache { get; init; }

    public required IdentityPlan Identity { get; init; }

    public required ProtectedHeaders ProtectedHeaders { get; init; }

    public required RevocationOptions Revocation { get; init; }

    /// <summary>Full path of the folder where key documents are kept; null when they are not.</summary>
    public required string? KeyCacheDirectory { get; init; }

    /// <summary>Whether replicas share key documents through Redis.</summary>
    public required bool ShareKeys { get; init; }

    /// <summary>Full path of the embedded store.</summary>
    public required string SqlitePath { get; init; }

    /// <summary>How to reach Redis; null when it is neither the store nor looked up in.</summary>
    public required RedisSettings? Redis { get; init; }

    /// <summary>What Redis is asked per request; null for nothing.</summary>
    public required LookupSettings? Lookup { get; init; }

    public required ManagementOptions Management { get; init; }

    public required DrainSettings Drain { get; init; }

    public required bool DetailedErrors { get; init; }

    public required TelemetrySettings Telemetry { get; init; }

    /// <summary>What these settings were read from.</summary>
    public required IConfiguration Configuration { get; init; }

    /// <summary>Checks everything and reports all that is wrong; the result counts only when the report stays empty.</summary>
    /// <param name="previous">The settings in force: what did not change since is the same object again.</param>
    public static GatewaySettings Build(IConfiguration configuration, SettingsContext context, GatewaySettings? previous)
    {
        bool IsSame(string section) => previous is not null && SectionComparison.IsSame(previous.Configuration, configuration, section);

        var options = configuration.GetSection(GatewayOptions.SectionName).Get<GatewayOptions>() ?? new GatewayOptions();
        var tokenHeaders = TokenSourceCheck.Build(options.TokenSources, context.Report, out var tokens);
        var derived = ClaimPath.DerivedBy(options.Issuers.Values);
        var identity = IdentityCheck.Build(options.Identity, tokenHeaders, derived, context.Report);
        var policies = PolicyCheck.Build(options, context);
        if (IsSame("Gateway:Identity"))
        {
            identity = previous!.Identity;
        }

        ImmutableArray<string> logoutIssuers = [.. options.Issuers.Where(issuer => issuer.Value.BackChannelLogout is not null).Select(issuer => issuer.Key)];
        RouteCheck.Run(configuration, options, policies, identity.HeaderNames, hasLogout: !logoutIssuers.IsEmpty, context.Report);
        var redis = RevocationCheck.Run(options.Revocation, context, out var lookup);
        TokenCacheCheck.Run(options.TokenCache, context.Report);
        ManagementCheck.Run(options.Management, policies, context.Report);
        return new GatewaySettings
        {
            Issuers = IssuerCheck.Build(options.Issuers, context, previous?.Issuers, IsSame),
            LogoutIssuers = logoutIssuers,
            Configuration = configuration,
            Policies = policies,
            Cors = CorsCheck.Build(options.Cors, context.Report),
            RateLimits = RateLimitCheck.Build(options.RateLimits, derived, previous?.RateLimits, context.Report),
            Timeouts = RateLimitCheck.BuildTimeouts(options.Timeouts, context.Report),
            MaxRequestBodySize = BodySizeCheck.Run("Gateway:Limits:MaxRequestBodySize", options.Limits.MaxRequestBodySize, context.Report),
            TrustedProxies = TrustedProxiesCheck.Build(options.TrustedProxies, options.TrustForwardedHost, context.Report),
            ResponseHeaders = ResponseHeadersCheck.Build(options.ResponseHeaders, context.Report),
            RoutePlaces = context.Document.ChildrenOf($"{SettingSchema.ReverseProxy}:Routes")
                .Select((name, place) => KeyValuePair.Create(name, place)).ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
            Tokens = tokens,
            TokenCache = options.TokenCache,
            Identity = identity,
            ProtectedHeaders = new ProtectedHeaders(identity.HeaderNames, tokenHeaders, options.Identity.Aliases),
            Revocation = options.Revocation,
            KeyCacheDirectory = KeyCheck.BuildCacheDirectory(options.Keys, context),
            ShareKeys = options.Keys.Share && options.Revocation.Store == RevocationStore.Redis,
            SqlitePath = context.Resolve(options.Revocation.Sqlite.Path),
            Redis = redis,
            Lookup = lookup,
            Management = options.Management,
            Drain = DrainCheck.Build(options.Drain, context),
            DetailedErrors = options.Errors.Detailed ?? context.IsDevelopment,
            Telemetry = TelemetrySettings.Build(configuration, context.Report),
        };
    }
}
