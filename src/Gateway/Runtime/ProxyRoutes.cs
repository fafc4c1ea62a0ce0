using System.Globalization;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Runtime;

/// <summary>
/// The routes and clusters of a configuration as YARP gets them. Each has a mark in its metadata. What has changed in any way gets a new
/// mark, so that YARP, which ignores some changes, builds it again.
/// </summary>
internal sealed class ProxyRoutes : IProxyConfig
{
    private const string MarkKey = "Gateway.Build";

    private readonly ConfigurationReloadToken _change = new();
    private readonly ConfigurationReading _reading;
    private readonly int _build;
    // As they were read, and as YARP gets them.
    private readonly Dictionary<string, (RouteConfig Read, RouteConfig Given)> _routes;
    private readonly Dictionary<string, (ClusterConfig Read, ClusterConfig Given)> _clusters;
    // Shared by all that have no metadata of their own, which most have not.
    private readonly Dictionary<string, string> _mark;

    /// <param name="before">What to keep where it is the same; null to keep nothing.</param>
    private ProxyRoutes(ConfigurationReading reading, int build, ProxyRoutes? before)
    {
        (_reading, _build) = (reading, build);
        _mark = new Dictionary<string, string> { [MarkKey] = build.ToString(CultureInfo.InvariantCulture) };
        using var comparison = new ExactComparison();
        _routes = reading.Routes.ToDictionary(
            route => route.RouteId, route => (route, Give(route, before, comparison)), StringComparer.OrdinalIgnoreCase);
        _clusters = reading.Clusters.ToDictionary(
            cluster => cluster.ClusterId, cluster => (cluster, Give(cluster, before, comparison)), StringComparer.OrdinalIgnoreCase);
        Routes = [.. reading.Routes.Select(route => _routes[route.RouteId].Given)];
        Clusters = [.. reading.Clusters.Select(cluster => _clusters[cluster.ClusterId].Given)];
        HasSameRoutes = before is not null && before.Routes.Count == Routes.Count
            && Routes.All(route => before._routes.TryGetValue(route.RouteId, out var known) && ReferenceEquals(known.Given, route));
    }

    public string RevisionId => _mark[MarkKey];

    public IReadOnlyList<RouteConfig> Routes { get; }

    public IReadOnlyList<ClusterConfig> Clusters { get; }

    public IChangeToken ChangeToken => _change;

    /// <summary>True when no route was added, removed, changed or moved, so that each request matches the same route as before.</summary>
    public bool HasSameRoutes { get; }

    public static ProxyRoutes First(ConfigurationReading reading) => new(reading, build: 0, before: null);

    /// <summary>Whether the two are the same build of one route. YARP hands on a copy where a filter of a fork has made one.</summary>
    public static bool AreSame(RouteConfig one, RouteConfig other) =>
        one.Metadata!.GetValueOrDefault(MarkKey) == other.Metadata!.GetValueOrDefault(MarkKey);

    /// <summary>Those of the next configuration. What has not changed are the same objects.</summary>
    public ProxyRoutes ChangedTo(ConfigurationReading next) =>
        // The router compares routes that match equally well when it is built, and is not built again for an order that has changed.
        HasSameOrder(next) ? new ProxyRoutes(next, _build + 1, this) : RebuiltFor(next);

    /// <summary>Those of the next configuration, all of which YARP is to build.</summary>
    public ProxyRoutes RebuiltFor(ConfigurationReading next) => new(next, _build + 1, before: null);

    public void SignalChange() => _change.OnReload();

    /// <summary>True when the routes that stay have the same order as before in yarp.json.</summary>
    private bool HasSameOrder(ConfigurationReading next)
    {
        var (before, after) = (_reading.Settings.RoutePlaces, next.Settings.RoutePlaces);
        var last = 0;
        foreach (var id in next.Routes.Select(route => route.RouteId)
            .Where(_routes.ContainsKey)
            .OrderBy(id => RoutePrecedence.PlaceOf(id, after)))
        {
            var place = RoutePrecedence.PlaceOf(id, before);
            // A route that only an override defines has no place in the file.
            if (place < last || before.ContainsKey(id) != after.ContainsKey(id))
            {
                return false;
            }

            last = place;
        }

        return true;
    }

    private RouteConfig Give(RouteConfig read, ProxyRoutes? before, ExactComparison comparison) =>
        before is not null && before._routes.TryGetValue(read.RouteId, out var known) && comparison.AreSame(known.Read, read)
            ? known.Given
            : read with { Metadata = Mark(read.Metadata) };

    private ClusterConfig Give(ClusterConfig read, ProxyRoutes? before, ExactComparison comparison)
    {
        if (before is null || !before._clusters.TryGetValue(read.ClusterId, out var known))
        {
            return read with { Metadata = Mark(read.Metadata), Destinations = Give(read.Destinations, null, comparison) };
        }

        // The routes of a cluster need not be built again when only destinations have changed.
        return comparison.AreSame(known.Read, read) ? known.Given : read with
        {
            Metadata = comparison.AreSame(known.Read with { Destinations = null }, read with { Destinations = null })
                ? known.Given.Metadata
                : Mark(read.Metadata),
            Destinations = Give(read.Destinations, known, comparison),
        };
    }

    private Dictionary<string, DestinationConfig>? Give(
        IReadOnlyDictionary<string, DestinationConfig>? read, (ClusterConfig Read, ClusterConfig Given)? known,
        ExactComparison comparison)
    {
        return read?.ToDictionary(destination => destination.Key, GiveOne, StringComparer.OrdinalIgnoreCase);

        DestinationConfig GiveOne(KeyValuePair<string, DestinationConfig> destination) =>
            known?.Read.Destinations?.GetValueOrDefault(destination.Key) is { } old && comparison.AreSame(old, destination.Value)
                ? known.Value.Given.Destinations![destination.Key]
                : destination.Value with { Metadata = Mark(destination.Value.Metadata) };
    }

    private Dictionary<string, string> Mark(IReadOnlyDictionary<string, string>? own) =>
        own is null or { Count: 0 } ? _mark : new(own) { [MarkKey] = _mark[MarkKey] };
}
