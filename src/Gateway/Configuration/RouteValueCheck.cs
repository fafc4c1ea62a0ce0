using Gateway.Policies;
using Gateway.RouteFeatures.Paths;
using Gateway.Settings;
using Microsoft.AspNetCore.Routing.Patterns;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>
/// Checks that the path of a route always has the parameters that its policy compares claims with (<c>EqualsRouteValue</c>), each as one
/// whole segment: of other parameters, gateway and destination could read different values.
/// </summary>
internal static class RouteValueCheck
{
    public static void Run(IConfigurationSection route, RoutePolicy policy, GatewayRouteOptions? options, ConfigurationReport report)
    {
        var path = route.GetSection($"{nameof(RouteConfig.Match)}:{nameof(RouteMatch.Path)}");
        if (policy.RouteParameters.IsEmpty || !TryParse(path.Value ?? "", out var pattern))
        {
            return;
        }

        var passes = options is { EncodedSlashes: PathBehavior.PassThrough } or { PathParameters: PathBehavior.PassThrough };
        foreach (var name in policy.RouteParameters)
        {
            if (Problem(pattern, name, passes) is { } problem)
            {
                report.Error(
                    path.Path, $"policy \"{policy.Name}\" compares a claim with {{{name}}} of this path (EqualsRouteValue), {problem}.",
                    $"Write a segment {{{name}}} into the path, such as \"/{{{name}}}/{{**rest}}\", or name another policy.");
            }
        }
    }

    /// <summary>Why the parameter cannot be compared safely, as the end of a sentence; null when it can.</summary>
    /// <param name="passes">
    /// Whether the path may hold %2F or ';'. Of "/a%2Fb/c", a destination may read as the second segment what the gateway reads as a part
    /// of the first.
    /// </param>
    private static string? Problem(RoutePattern pattern, string name, bool passes)
    {
        if (pattern.GetParameter(name) is not { } parameter)
        {
            return "and it has no such parameter";
        }

        return parameter switch
        {
            { IsCatchAll: true } => "and there that is the whole rest of the path",
            { IsOptional: true } or { Default: not null } => "and there it may be absent",
            _ when pattern.PathSegments.Any(segment => !segment.IsSimple && segment.Parts.Contains(parameter)) =>
                "and there it is only a part of a segment",
            _ when passes
                && pattern.PathSegments.TakeWhile(segment => !segment.Parts.Contains(parameter)).Any(
                    segment => !segment.Parts.All(part => part.IsLiteral))
                => "and before it stands another parameter, which may hold an encoded slash or a ';' (Gateway:Routes)",
            _ => null,
        };
    }

    /// <summary>A path that cannot be parsed is reported by <see cref="MatchCheck"/>.</summary>
    private static bool TryParse(string path, out RoutePattern pattern)
    {
        try
        {
            pattern = RoutePatternFactory.Parse(path);
            return true;
        }
        catch (RoutePatternException)
        {
            pattern = RoutePatternFactory.Parse("");
            return false;
        }
    }
}
