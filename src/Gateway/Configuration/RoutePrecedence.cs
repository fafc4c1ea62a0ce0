using Microsoft.AspNetCore.Routing.Matching;
using Yarp.ReverseProxy.Model;

namespace Gateway.Configuration;

/// <summary>
/// Decides between routes that match a request equally well: the one that stands first in yarp.json wins. Without a decision the
/// framework answers 500, and which pairs of routes can meet in one request cannot be told in advance.
/// </summary>
/// <param name="routes">The names of the routes as they stand in the file. Those that only an override defines come after, by name.</param>
internal sealed class RoutePrecedence(IEnumerable<string> routes) : MatcherPolicy, IEndpointComparerPolicy, IComparer<Endpoint>
{
    private readonly Dictionary<string, int> _places =
        routes.Select((name, place) => (name, place)).ToDictionary(route => route.name, route => route.place, StringComparer.OrdinalIgnoreCase);

    // The last of all: order, path, methods, hosts, headers and query have been compared, and no two routes may end up equal.
    public override int Order => int.MaxValue;

    public IComparer<Endpoint> Comparer => this;

    public int Compare(Endpoint? x, Endpoint? y)
    {
        var (first, second) = (NameOf(x), NameOf(y));
        return PlaceOf(first).CompareTo(PlaceOf(second)) is var order and not 0 ? order : StringComparer.OrdinalIgnoreCase.Compare(first, second);
    }

    private int PlaceOf(string? route) => route is not null && _places.TryGetValue(route, out var place) ? place : int.MaxValue;

    private static string? NameOf(Endpoint? endpoint) => endpoint?.Metadata.GetMetadata<RouteModel>()?.Config.RouteId;
}
