using Microsoft.AspNetCore.Routing.Matching;

namespace Gateway.Runtime;

/// <summary>
/// Decides between routes that match a request equally well: the one that stands first in yarp.json wins. Without a decision the
/// framework answers 500, and which pairs of routes can meet in one request cannot be told in advance.
/// </summary>
internal sealed class RoutePrecedence : MatcherPolicy, IEndpointComparerPolicy, IComparer<Endpoint>
{
    // The last of all: order, path, methods, hosts, headers and query have been compared, and no two routes may end up equal.
    public override int Order => int.MaxValue;

    public IComparer<Endpoint> Comparer => this;

    public int Compare(Endpoint? x, Endpoint? y)
    {
        var (first, second) = (RouteOf(x), RouteOf(y));
        return PlaceOf(first).CompareTo(PlaceOf(second)) is var order and not 0
            ? order
            : StringComparer.OrdinalIgnoreCase.Compare(first?.Id, second?.Id);
    }

    /// <summary>The place of a route in yarp.json. Routes that only an override defines come after those of the file, by name.</summary>
    public static int PlaceOf(string id, IReadOnlyDictionary<string, int> places) => places.GetValueOrDefault(id, int.MaxValue);

    private static int PlaceOf(ProtectedRoute? route) =>
        route is null ? int.MaxValue : PlaceOf(route.Id, route.Snapshot.Settings.RoutePlaces);

    // The router is built before the snapshot of its routes is in effect.
    private static ProtectedRoute? RouteOf(Endpoint? endpoint) => endpoint?.Metadata.GetMetadata<RouteHandle>()?.Newest;
}
