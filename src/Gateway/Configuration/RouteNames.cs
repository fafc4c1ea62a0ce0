using System.Collections.Immutable;
using Gateway.RouteFeatures;
using Gateway.RouteFeatures.Limits;
using Gateway.Runtime;
using Gateway.Settings;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>The policies besides authorization that a route can name, and where they are defined.</summary>
internal static class RouteNames
{
    /// <summary>A route names what is there.</summary>
    public static void CheckUsed(IConfigurationSection route, GatewayOptions options, ConfigurationReport report)
    {
        Check(nameof(RouteConfig.CorsPolicy), "Cors", options.Cors.Keys);
        Check(nameof(RouteConfig.RateLimiterPolicy), "RateLimits", options.RateLimits.Keys);
        Check(nameof(RouteConfig.TimeoutPolicy), "Timeouts", options.Timeouts.Keys);
        // YARP rejects both together, with a message that names neither place nor cure.
        if (route[nameof(RouteConfig.TimeoutPolicy)] is not null && route[nameof(RouteConfig.Timeout)] is not null)
        {
            report.Error($"{route.Path}:{nameof(RouteConfig.TimeoutPolicy)}", "the route has a Timeout too.", "Remove one of them.");
        }

        void Check(string key, string section, IEnumerable<string> defined)
        {
            if (route[key] is { } name
                && !name.Equals(ReservedNames.Disable, StringComparison.OrdinalIgnoreCase)
                && !defined.Contains(name, StringComparer.OrdinalIgnoreCase)
                && !report.IsInFile($"{GatewayOptions.SectionName}:{section}:{name}"))
            {
                var names = defined.ToImmutableArray();
                report.Error(
                    $"{route.Path}:{key}", $"there is no \"{name}\" in {GatewayOptions.SectionName}:{section}.",
                    names.IsEmpty ? "Define it there, or remove it here." : Suggestion.For(name, names));
            }
        }
    }

    /// <summary>
    /// The route as YARP gets it: our defaults filled in, a time in place of the name of one, and a rate limit where we look for it. YARP
    /// knows both kinds of names only from options that are fixed at the start.
    /// </summary>
    public static RouteConfig Resolve(RouteConfig route, GatewaySettings settings)
    {
        var timeout = route.TimeoutPolicy;
        return route with
        {
            TimeoutPolicy = timeout is null || ReservedNames.Contains(timeout) ? timeout : null,
            Timeout = timeout is not null && settings.Timeouts.TryGetValue(timeout, out var time) ? time : route.Timeout,
            RateLimiterPolicy = null,
            MaxRequestBodySize = route.MaxRequestBodySize ?? settings.MaxRequestBodySize,
            Metadata = route.RateLimiterPolicy is { } limit && settings.RateLimits.ContainsKey(limit)
                ? new Dictionary<string, string>(
                    route.Metadata ?? new Dictionary<string, string>())
                { [RateLimitSettings.MetadataKey] = limit }
                : route.Metadata,
        };
    }
}
