using System.Collections.Frozen;
using Gateway.Settings;

namespace Gateway.RouteFeatures.Paths;

/// <summary>What destinations do not agree on how to read, and what a route may let pass.</summary>
[Flags]
internal enum PathTraits : byte
{
    None = 0,

    /// <summary><c>%2F</c>: a part of a name, or a separator.</summary>
    EncodedSlash = 1,

    /// <summary><c>;</c>: a part of a name, or the end of it.</summary>
    Parameter = 2,
}

/// <summary>Which paths may pass beside those with one meaning.</summary>
internal sealed class PathRules
{
    public static readonly PathRules Strict = new(new Dictionary<string, PathTraits>(), mergesSlashes: false);

    private readonly FrozenDictionary<string, PathTraits> _routes;

    public PathRules(IReadOnlyDictionary<string, PathTraits> routes, bool mergesSlashes)
    {
        _routes = routes.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        AllowedSomewhere = routes.Values.Aggregate(PathTraits.None, (all, one) => all | one);
        MergesSlashes = mergesSlashes;
    }

    /// <summary>What at least one route lets pass: before a request is routed, no more can be said.</summary>
    public PathTraits AllowedSomewhere { get; }

    public bool MergesSlashes { get; }

    public PathTraits AllowedOn(string route) => _routes.GetValueOrDefault(route);
}

/// <summary>Checks <c>Gateway:Routes</c> and <c>Gateway:Limits:RepeatedSlashes</c>.</summary>
internal static class PathCheck
{
    private const string Section = "Gateway:Routes";

    /// <param name="routes">The ids of YARP's routes.</param>
    public static PathRules Build(
        IReadOnlyDictionary<string, GatewayRouteOptions> options, RepeatedSlashes repeated, IReadOnlyCollection<string> routes,
        ConfigurationReport report)
    {
        var known = routes.ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var name in options.Keys)
        {
            if (!known.Contains(name))
            {
                report.Error($"{Section}:{name}", "ReverseProxy:Routes has no route with this id.", Suggestion.For(name, routes));
            }
        }

        return new PathRules(options.ToDictionary(route => route.Key, route => TraitsOf(route.Value)), repeated == RepeatedSlashes.Merge);
    }

    private static PathTraits TraitsOf(GatewayRouteOptions route) =>
        (route.EncodedSlashes == PathBehavior.PassThrough ? PathTraits.EncodedSlash : PathTraits.None)
        | (route.PathParameters == PathBehavior.PassThrough ? PathTraits.Parameter : PathTraits.None);
}
