using System.Collections.Frozen;
using Gateway.Authentication;
using Gateway.Authentication.SenderConstraint;
using Gateway.Foundation;
using Gateway.Identity;
using Gateway.Issuers;
using Gateway.Issuers.Introspection;
using Gateway.Issuers.StatusLists;
using Gateway.Revocation;
using Gateway.RouteFeatures.Clusters;
using Gateway.RouteFeatures.Exchange;
using Gateway.RouteFeatures.Limits;
using Gateway.RouteFeatures.TrustedProxies;
using Gateway.Telemetry;
using Gateway.Tokens;

namespace Gateway.Runtime;

/// <summary>
/// Everything a request reads that comes from one reading of yarp.json: the settings, and the objects made of them. Immutable; a request
/// uses one from its first stage to its last.
/// </summary>
/// <param name="Revision">Numbers the snapshots of this process.</param>
/// <param name="DecisionRevision">
/// The revision of the first snapshot with the same <c>Gateway</c> section and the same routes: where it is the same, each request is
/// decided alike.
/// </param>
internal sealed record GatewaySnapshot(string Revision, string DecisionRevision, ConfigurationReading Reading)
{
    public GatewaySettings Settings => Reading.Settings;

    public required IssuerDirectory Issuers { get; init; }

    public required Authenticator Authenticator { get; init; }

    public required RejectionWriter Rejections { get; init; }

    /// <summary>Null if no proxy is trusted.</summary>
    public required TrustedProxies? TrustedProxies { get; init; }

    public required FrozenDictionary<string, RateLimit> RateLimits { get; init; }

    /// <summary>By the id of YARP's cluster.</summary>
    public required FrozenDictionary<string, ClusterRules> Clusters { get; init; }

    /// <summary>The keys of the assertions; null without assertions.</summary>
    public required AssertionKeys? AssertionKeys { get; init; }

    /// <summary>By the id of YARP's cluster; empty without assertions.</summary>
    public required FrozenDictionary<string, ClusterAssertion> Assertions { get; init; }

    /// <summary>By name.</summary>
    public required FrozenDictionary<string, TokenExchange> Exchanges { get; init; }

    /// <summary>The objects that the next snapshot takes over where their settings stay the same.</summary>
    public required ObjectRegistry Objects { get; init; }
}

/// <summary>Makes snapshots of readings. Verified tokens are kept while nothing changed that they depend on.</summary>
internal sealed class GatewaySnapshots(
    KeySearch keys,
    RevocationList revocations,
    TimeProvider time,
    GatewayMetrics metrics,
    SenderProofs senders,
    Introspector introspector,
    StatusListLoader lists,
    RevocationLookup? lookup = null,
    SharedRateLimits? sharedLimits = null,
    ILogger<TokenExchange>? exchangeLog = null)
{
    private int _revision;

    public GatewaySnapshot CreateFirst(ConfigurationReading reading) => Create(reading, ObjectRegistry.Empty, decisionRevision: null);

    /// <param name="current">The snapshot in effect; its objects are not changed.</param>
    /// <param name="decidesAlike">
    /// Whether the <c>Gateway</c> section and the routes are the same as in the snapshot in effect.
    /// </param>
    public GatewaySnapshot CreateNext(ConfigurationReading reading, GatewaySnapshot current, bool decidesAlike) =>
        Create(reading, current.Objects, decidesAlike ? current.DecisionRevision : null);

    private GatewaySnapshot Create(ConfigurationReading reading, ObjectRegistry previous, string? decisionRevision)
    {
        var settings = reading.Settings;
        var objects = new ObjectRegistry.Draft(previous);
        var revision = $"{Interlocked.Increment(ref _revision)}";
        var issuers = IssuerDirectory.Create(settings.Issuers, objects, time);
        var (assertion, assertionKeys) = (settings.Identity.Assertion, AssertionKeysOf(settings, objects));
        return new GatewaySnapshot(revision, decisionRevision ?? revision, reading)
        {
            Issuers = issuers,
            Authenticator = objects.GetOrAdd(
                (settings.Issuers, settings.Identity, settings.TokenCache), () => CreateAuthenticator(issuers, settings)),
            Rejections = new RejectionWriter(settings.DetailedErrors, new DpopChallenge(settings.Dpop, settings.Tokens)),
            TrustedProxies = settings.TrustedProxies is { } proxies ? new TrustedProxies(proxies) : null,
            RateLimits = settings.RateLimits.ToFrozenDictionary(
                limit => limit.Key,
                limit => objects.GetOrAdd(limit.Value, () => new RateLimit(limit.Value, time, limit.Value.Shared ? sharedLimits : null)),
                StringComparer.OrdinalIgnoreCase),
            Clusters = settings.Clusters.ToFrozenDictionary(
                cluster => cluster.Key, cluster => ClusterRules.Create(cluster.Value, objects), StringComparer.OrdinalIgnoreCase),
            AssertionKeys = assertionKeys,
            Assertions = (assertion is null ? [] : reading.Clusters.Select(cluster => cluster.ClusterId)).ToFrozenDictionary(
                id => id,
                id => objects.GetOrAdd((assertion, id), () => new ClusterAssertion(assertion!, id, assertionKeys!, time)),
                StringComparer.OrdinalIgnoreCase),
            Exchanges = settings.Exchanges.ToFrozenDictionary(
                exchange => exchange.Key,
                exchange => objects.GetOrAdd(exchange.Value, () => new TokenExchange(exchange.Value, time, exchangeLog)),
                StringComparer.OrdinalIgnoreCase),
            Objects = objects.Complete(),
        };
    }

    // The file is followed on its own, so its keys belong to its name and not to what it held at first.
    private static AssertionKeys? AssertionKeysOf(GatewaySettings settings, ObjectRegistry.Draft objects) =>
        settings.Identity.Assertion is { } assertion
            ? objects.GetOrAdd(assertion.KeyFile, () => new AssertionKeys(assertion.KeyFile, settings.AssertionKeys!))
            : null;

    private Authenticator CreateAuthenticator(IssuerDirectory issuers, GatewaySettings settings) => new(
        CreateVerifier(new AccessTokenValidator(issuers, time), settings),
        new TokenCache(settings.TokenCache.MaxEntries, settings.TokenCache.MaxMegabytes * 1024L * 1024),
        revocations,
        time,
        metrics,
        lookup,
        senders);

    private TokenVerifier CreateVerifier(AccessTokenValidator validator, GatewaySettings settings) =>
        new(validator, settings.Identity, keys, new OpaqueTokenVerifier(validator, settings.Identity, introspector, time), lists);
}
