using System.Text.RegularExpressions;
using Gateway.Foundation;
using Gateway.Settings;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Options;

namespace Gateway.Configuration;

/// <summary>
/// Checks route templates: <c>Match:Path</c> and <c>PathPattern</c>. Routing builds constraints for the first request, so that one invalid
/// template would make every request to every route fail with 500.
/// </summary>
internal sealed partial class RoutePaths(IServiceProvider routing)
{
    private readonly ParameterPolicyFactory _policies = routing.GetRequiredService<ParameterPolicyFactory>();
    // The map of the framework, so that its constraints need no list here.
    private readonly string[] _constraints =
        [.. routing.GetRequiredService<IOptions<RouteOptions>>().Value.ConstraintMap.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Parses a template, and builds and tries each of its constraints.</summary>
    public void Check(string path, string text, ConfigurationReport report)
    {
        RoutePattern pattern;
        try
        {
            pattern = RoutePatternFactory.Parse(text);
        }
        catch (RoutePatternException)
        {
            var (problem, cure) = Diagnose(text);
            report.Error(path, $"\"{text}\" is not a path template: {problem}", cure);
            return;
        }

        foreach (var parameter in pattern.Parameters)
        {
            foreach (var constraint in parameter.ParameterPolicies)
            {
                Check(path, parameter, constraint, report);
            }
        }
    }

    /// <summary>Builds one constraint and matches it once, because some constraints throw only when they are used.</summary>
    private void Check(
        string path, RoutePatternParameterPart parameter, RoutePatternParameterPolicyReference constraint, ConfigurationReport report)
    {
        var text = constraint.Content ?? "";
        var name = text.Split('(')[0];
        if (!_constraints.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            report.Error(
                path, $"the parameter \"{parameter.Name}\" has the constraint \"{name}\", which does not exist.",
                Suggestion.For(name, _constraints));
            return;
        }

        try
        {
            (_policies.Create(parameter, constraint) as IRouteConstraint)?
                .Match(null, null, parameter.Name, new RouteValueDictionary { [parameter.Name] = "1" }, RouteDirection.IncomingRequest);
        }
        catch (Exception fault) when (fault.GetBaseException() is NotSupportedException unsupported)
        {
            var (problem, _) = PatternFault.Of(unsupported, text[(name.Length + 1)..^1]);
            report.Error(
                path, $"the constraint \"{text}\" of the parameter \"{parameter.Name}\" cannot be used: {problem}",
                "Write it without; two constraints such as {id:length(2,8):regex(^[a-z]+$)} ask for two things.");
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            report.Error(
                path, $"the constraint \"{text}\" of the parameter \"{parameter.Name}\" cannot be used.",
                name.Equals("regex", StringComparison.OrdinalIgnoreCase)
                    ? "Correct the regular expression; braces and brackets are doubled in a template, and a backslash is doubled in JSON."
                    : "Correct what stands in its parentheses, such as in min(1), range(1,9) or length(2,8).");
        }
    }

    /// <summary>Replaces the framework's messages, which name neither the place nor the cure.</summary>
    private static (string Problem, string Cure) Diagnose(string text)
    {
        var names = ParameterNames().Matches(text).Select(match => match.Groups[1].Value).ToArray();
        var segments = text.TrimStart('/').Split('/');
        return text switch
        {
            _ when text.Replace("{{", "", StringComparison.Ordinal).Replace("}}", "", StringComparison.Ordinal) is var bare
                && bare.Count(letter => letter == '{') != bare.Count(letter => letter == '}')
                => ("a brace is missing.", "Write each parameter as {name}."),
            _ when text.Contains("//", StringComparison.Ordinal) => ("it has two slashes in a row.", "Write one."),
            _ when text.StartsWith('~') => ("it starts with a tilde.", "Start it with a slash."),
            _ when Array.FindIndex(segments, segment => segment.Contains("{*", StringComparison.Ordinal)) is var all and >= 0
                && (all < segments.Length - 1
                    || !segments[all].StartsWith("{*", StringComparison.Ordinal)
                    || !segments[all].EndsWith('}')
                    || segments[all].Count(letter => letter == '{') > 1)
                => (
                    "a catch-all must be the whole last segment.",
                    $"Write a slash before it, such as \"/{segments[0].Split('{')[0]}/{{**rest}}\"."),
            _ when names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice
                => ($"the parameter \"{twice.Key}\" occurs twice.", "Rename one of them."),
            _ when text.Contains("}{", StringComparison.Ordinal) =>
                ("two parameters have nothing between them.", "Put a character or a slash between them."),
            _ when text.Contains('?', StringComparison.Ordinal)
                => ("a question mark is for an optional parameter at the end, such as {name?}.", "Match the query with QueryParameters."),
            _ =>
                (
                    "a parameter has a name or a default that cannot be used.",
                    "Write names of letters and digits in braces, such as /orders/{id}/{**rest}."),
        };
    }

    [GeneratedRegex(@"\{\**([^{}:=?*]+)")]
    private static partial Regex ParameterNames();
}
