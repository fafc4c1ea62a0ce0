using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Gateway.Authentication;
using Gateway.Identity;
using Gateway.Policies;
using Gateway.RouteFeatures.Clusters;
using Gateway.RouteFeatures.Exchange;
using Gateway.RouteFeatures.Limits;
using Gateway.RouteFeatures.Paths;
using Gateway.Telemetry;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace Gateway.Runtime;

/// <summary>
/// What the gateway knows of a route in one snapshot. The route's endpoint has its handle, so that a request meets the policy of the
/// configuration that its route belongs to.
/// </summary>
/// <param name="Snapshot">The configuration of the route; the whole request is judged by that one.</param>
/// <param name="RateLimit">Null for as many requests as come.</param>
/// <param name="HasTimeout">True when its requests have a time to end in.</param>
/// <param name="Handle">Knows whether a later snapshot has the same route.</param>
internal sealed record ProtectedRoute(
    string Id, string? Cluster, RoutePolicy Policy, GatewaySnapshot Snapshot, RateLimit? RateLimit, bool HasTimeout, RouteHandle Handle)
{
    // Null until the first request. It gets one entry for each issuer.
    private ConcurrentDictionary<string, Total>? _allowed;
    private readonly FrozenSet<string> _destinations =
        Cluster is null ? [] : Snapshot.Reading.Destinations.GetValueOrDefault(Cluster, []);

    /// <summary>Whether two requests with one token may differ in what the policy decides.</summary>
    public bool DependsOnRequest { get; } = Policy.DependsOnRequest;

    /// <summary>The token sources that its policy reads, where these are not only the token sources without a name; else null.</summary>
    public ImmutableArray<ReadSource>? Sources { get; } = SourcesOf(Policy, Snapshot.Settings.TokenSources);

    /// <summary>What its challenges add; null for a route that belongs to no resource.</summary>
    public ResourceChallenge? ResourceChallenge { get; } = ResourceChallenge.Of(Snapshot.Settings.Resources.Of(Id), Policy);

    /// <summary>What its paths may hold of what destinations read differently.</summary>
    public PathTraits AllowedPaths { get; } = Snapshot.Settings.Paths.AllowedOn(Id);

    /// <summary>Null for a cluster that <c>Gateway:Clusters</c> adds nothing to.</summary>
    public ClusterRules? ClusterRules { get; } = Cluster is null ? null : Snapshot.Clusters.GetValueOrDefault(Cluster);

    /// <summary>What makes the assertions for its destinations; null for none.</summary>
    public ClusterAssertion? Assertion { get; } = Cluster is null ? null : Snapshot.Assertions.GetValueOrDefault(Cluster);

    /// <summary>Exchanges the caller's token for one of its cluster; null for a cluster without an exchange.</summary>
    public TokenExchange? Exchange { get; } =
        Cluster is not null && Snapshot.Clusters.GetValueOrDefault(Cluster)?.Settings.Exchange is { } exchange
            ? Snapshot.Exchanges[exchange]
            : null;

    /// <summary>True when the proxy waits for the answers of the cluster, to count them or to judge its destinations by them.</summary>
    public bool IsWatched { get; } = Cluster is not null
        && (Snapshot.Clusters.ContainsKey(Cluster) || ClusterOf(Cluster, Snapshot)?.HealthCheck?.Passive?.Enabled == true);

    /// <summary>Where the requests are counted that this route lets through with a token of an issuer.</summary>
    public Total AllowedFor(string issuer, GatewayMetrics metrics) =>
        LazyInitializer.EnsureInitialized(ref _allowed, static () => new(concurrencyLevel: 1, capacity: 1, StringComparer.Ordinal))
            .GetOrAdd(issuer, static (name, made) => made.Metrics.AllowedBy(made.Route, name), (Metrics: metrics, Route: Id));

    /// <summary>
    /// Whether what this route decides holds for the destination. YARP changes a cluster in place, and before it builds the routes, so that
    /// a request could meet the policy of one configuration and the destination of another. A later destination is one of this route only
    /// where the later configuration routes and judges each request as this one does.
    /// </summary>
    public bool LeadsTo(string destination) =>
        _destinations.Contains(destination)
        || (Handle.Newest is var newest
            && newest._destinations.Contains(destination)
            && newest.Snapshot.DecisionRevision == Snapshot.DecisionRevision);

    private static ImmutableArray<ReadSource>? SourcesOf(RoutePolicy policy, TokenSources sources) =>
        policy.TokenSources is var names && names.All(name => name is null)
            ? null
            : [.. names.Select(name => new ReadSource(name, sources.Of(name)))];

    private static ClusterConfig? ClusterOf(string? cluster, GatewaySnapshot snapshot) =>
        cluster is null ? null : snapshot.Reading.ClusterById.GetValueOrDefault(cluster);

    // A route whose policy or limit is unknown cannot be read, so there is one.
    public static ProtectedRoute Of(RouteConfig route, GatewaySnapshot snapshot, RouteHandle handle) => new(
        route.RouteId,
        route.ClusterId,
        snapshot.Settings.Policies[route.AuthorizationPolicy!],
        snapshot,
        route.Metadata!.TryGetValue(RateLimitSettings.MetadataKey, out var limit) ? snapshot.RateLimits[limit] : null,
        route.Timeout is not null || route.TimeoutPolicy is not null,
        handle);

    /// <summary>
    /// Null when no route matched (404, or 405 for its method), and only then: a proxied route without a policy is a fault and must not
    /// become an open door.
    /// </summary>
    public static ProtectedRoute? Of(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint)
        {
            return null;
        }

        var route = endpoint.Metadata.GetMetadata<RouteHandle>()?.Current;
        return route is null && endpoint.Metadata.GetMetadata<RouteModel>() is { } unknown
            ? throw new InvalidOperationException($"Route {unknown.Config.RouteId} has no policy.")
            : route;
    }
}
