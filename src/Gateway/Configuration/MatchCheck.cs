using Gateway.Foundation;
using Gateway.Settings;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Checks a route's <c>Match</c>: conditions that never match, and those that the router cannot build.</summary>
internal static class MatchCheck
{
    // The methods that YARP's validator accepts in a match.
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

    /// <summary>Checks the path, hosts, methods, headers and query parameters of one route.</summary>
    public static void Run(IConfigurationSection route, RoutePaths paths, ConfigurationReport report)
    {
        var match = route.GetSection(nameof(RouteConfig.Match));
        var path = match.GetSection(nameof(RouteMatch.Path));
        var hosts = match.GetSection(nameof(RouteMatch.Hosts)).GetChildren().ToArray();
        if (string.IsNullOrEmpty(path.Value) && !hosts.Any(host => !string.IsNullOrEmpty(host.Value)))
        {
            report.Error(match.Path, "a route needs a Path or Hosts.", "Write \"Path\": \"/{**rest}\" for every path.");
        }

        if (!string.IsNullOrEmpty(path.Value))
        {
            paths.Check(path.Path, path.Value, report);
        }

        foreach (var host in hosts)
        {
            CheckHost(host, report);
        }

        CheckMethods(match.GetSection(nameof(RouteMatch.Methods)), report);
        foreach (var header in match.GetSection(nameof(RouteMatch.Headers)).GetChildren())
        {
            CheckValues(header, nameof(HeaderMatchMode.Exists), nameof(HeaderMatchMode.NotExists), report);
            if (header[nameof(RouteHeader.Name)] is { Length: > 0 } name && !HeaderSyntax.IsToken(name))
            {
                report.Error(
                    $"{header.Path}:{nameof(RouteHeader.Name)}", "this is not a header's name.", "Use letters, digits and hyphens.");
            }
        }

        foreach (var parameter in match.GetSection(nameof(RouteMatch.QueryParameters)).GetChildren())
        {
            CheckValues(parameter, nameof(QueryParameterMatchMode.Exists), nameof(QueryParameterMatchMode.Exists), report);
        }
    }

    /// <summary>The router splits a host at the colon and does not support IPv6 addresses in brackets.</summary>
    private static void CheckHost(IConfigurationSection host, ConfigurationReport report)
    {
        var parts = (host.Value ?? "").Split(':');
        if (parts[0].Length == 0 || parts.Length > 2 || (parts.Length == 2 && parts[1] != "*" && !ushort.TryParse(parts[1], out _)))
        {
            report.Error(host.Path, "this is not a host name.", "Write a name, *.name or *, and a port after a colon if it matters.");
        }
        else if (parts[0].Contains("xn--", StringComparison.OrdinalIgnoreCase))
        {
            report.Error(
                host.Path, "the router compares names in Unicode, so this one never matches.",
                "Write the name in Unicode instead of its xn-- form.");
        }
    }

    /// <summary>Each method once. A method twice is a slip: the second was most likely meant to be another one.</summary>
    private static void CheckMethods(IConfigurationSection methods, ConfigurationReport report)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var method in methods.GetChildren().Where(method => method.Value is not null))
        {
            if (!Methods.Contains(method.Value, StringComparer.OrdinalIgnoreCase))
            {
                report.Error(
                    method.Path, $"\"{method.Value}\" is not a method that can be routed.", Suggestion.For(method.Value!, Methods));
            }
            else if (!seen.Add(method.Value!))
            {
                report.Error(method.Path, "this method is listed twice.", "Remove one of them.");
            }
        }
    }

    /// <summary>A header or query parameter: its name, and values exactly where the mode compares some.</summary>
    private static void CheckValues(IConfigurationSection item, string withoutValues, string withoutValuesToo, ConfigurationReport report)
    {
        if (string.IsNullOrEmpty(item[nameof(RouteHeader.Name)]))
        {
            report.Error($"{item.Path}:{nameof(RouteHeader.Name)}", "this is required.", "Write the name.");
        }

        var mode = item[nameof(RouteHeader.Mode)] ?? "";
        var hasValues = item.GetSection(nameof(RouteHeader.Values)).GetChildren().Any();
        var needsValues = !mode.Equals(withoutValues, StringComparison.OrdinalIgnoreCase)
            && !mode.Equals(withoutValuesToo, StringComparison.OrdinalIgnoreCase);
        if (needsValues != hasValues)
        {
            report.Error(
                $"{item.Path}:{nameof(RouteHeader.Values)}",
                needsValues ? "this mode compares values, and there are none." : $"the mode {mode} compares no values.",
                needsValues ? "List values, or set Mode to Exists." : "Remove the values, or choose another Mode.");
        }
    }
}
