using Microsoft.AspNetCore.Routing.Patterns;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Finds transforms that YARP accepts but that have no effect, or that lose a part of the path.</summary>
internal static class IdleTransforms
{
    // The transforms that change the path. YARP applies the transforms of a route in their order, each to the result of the one before.
    private static readonly string[] PathTransforms = ["PathSet", "PathPrefix", "PathRemovePrefix", "PathPattern"];

    // The transforms whose value names a parameter of the route.
    private static readonly string[] RouteValueTransforms = ["QueryRouteParameter", "RequestHeaderRouteValue"];

    /// <summary>
    /// Prefixes that no path of the route begins with, or that end in a slash, which YARP's comparison by segments never matches.
    /// </summary>
    public static IEnumerable<string> Prefixes(RiskContext context) =>
        from route in context.Routes
        from transform in (route.Transforms ?? []).Index()
        let prefix = ValueOf(transform.Item, "PathRemovePrefix")
        where prefix is not null
            && (prefix.Trim('/').Length == 0 || prefix.EndsWith('/') || (IsFirst(route, transform.Index) && !CanHave(route, prefix)))
        select $"{PathOf(route, transform.Index)}:PathRemovePrefix";

    /// <summary>
    /// Parameters that the route does not have, and a catch-all written as a single segment, whose slashes would be escaped.
    /// </summary>
    public static IEnumerable<string> Parameters(RiskContext context) =>
        from route in context.Routes
        where route.Transforms is { Count: > 0 }
        let known = PatternOf(route.Match.Path)
        from transform in route.Transforms!.Index()
        from place in Places(transform.Item, known)
        select $"{PathOf(route, transform.Index)}:{place}";

    /// <summary>The members of a transform that use a parameter which the route does not have in that form.</summary>
    private static IEnumerable<string> Places(IReadOnlyDictionary<string, string> transform, RoutePattern? known)
    {
        if (ValueOf(transform, "PathPattern") is { } text && PatternOf(text) is { } pattern
            && pattern.Parameters.Any(parameter => parameter.Default is null && !Fits(parameter, Parameter(known, parameter.Name))))
        {
            yield return "PathPattern";
        }

        foreach (var name in RouteValueTransforms)
        {
            var value = ValueOf(transform, name) is null ? null : ValueOf(transform, "Set") ?? ValueOf(transform, "Append");
            if (value is not null && Parameter(known, value) is null)
            {
                yield return ValueOf(transform, "Set") is null ? "Append" : "Set";
            }
        }
    }

    /// <summary>
    /// Whether the route gives the parameter a value in this form. A catch-all that is written as one segment would have its slashes
    /// escaped.
    /// </summary>
    /// <param name="known">Null when the route has no parameter of that name.</param>
    private static bool Fits(RoutePatternParameterPart written, RoutePatternParameterPart? known) =>
        known is null ? written.IsOptional && !written.IsCatchAll : written.IsCatchAll || !known.IsCatchAll;

    private static RoutePatternParameterPart? Parameter(RoutePattern? pattern, string name) =>
        pattern?.Parameters.FirstOrDefault(parameter => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the transform sees the path as the client sent it: no transform before it changes the path.</summary>
    private static bool IsFirst(RouteConfig route, int index) =>
        !route.Transforms!.Take(index).Any(
            earlier => earlier.Keys.Any(name => PathTransforms.Contains(name, StringComparer.OrdinalIgnoreCase)));

    /// <summary>True when some path of the route begins with the prefix.</summary>
    private static bool CanHave(RouteConfig route, string prefix)
    {
        if (PatternOf(route.Match.Path) is not { } pattern)
        {
            return true;
        }

        var wanted = prefix.Trim('/').Split('/');
        for (var i = 0; i < wanted.Length; i++)
        {
            if (i >= pattern.PathSegments.Count)
            {
                return false;
            }

            if (pattern.PathSegments[i].Parts is [RoutePatternParameterPart { IsCatchAll: true }])
            {
                return true;
            }

            if (pattern.PathSegments[i].Parts is [RoutePatternLiteralPart literal]
                && !literal.Content.Equals(wanted[i], StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }

    // A pattern that cannot be parsed was reported before.
    private static RoutePattern? PatternOf(string? path) => string.IsNullOrEmpty(path) ? null : RoutePatternFactory.Parse(path);

    private static string? ValueOf(IReadOnlyDictionary<string, string> transform, string name) =>
        transform.FirstOrDefault(member => member.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static string PathOf(RouteConfig route, int index) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{SettingSchema.ReverseProxy}:Routes:{route.RouteId}:Transforms:{index}");
}
