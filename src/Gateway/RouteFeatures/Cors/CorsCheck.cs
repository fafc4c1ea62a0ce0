using System.Collections.Frozen;
using Gateway.Foundation;
using Gateway.Settings;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Gateway.RouteFeatures.Cors;

/// <summary>Checks <c>Gateway:Cors</c> and makes the policies.</summary>
internal static class CorsCheck
{
    private const string Section = "Gateway:Cors";
    private const string Any = "*";
    private static readonly TimeSpan LongestMaxAge = TimeSpan.FromDays(1);

    public static FrozenDictionary<string, CorsPolicy> Build(Dictionary<string, CorsPolicyOptions> policies, ConfigurationReport report)
    {
        foreach (var name in policies.Keys)
        {
            ReservedNames.Check($"{Section}:{name}", name, report);
        }

        return policies.ToFrozenDictionary(
            policy => policy.Key, policy => Build($"{Section}:{policy.Key}", policy.Value, report), StringComparer.OrdinalIgnoreCase);
    }

    private static CorsPolicy Build(string path, CorsPolicyOptions options, ConfigurationReport report)
    {
        CheckOrigins(path, options, report);
        CheckTokens($"{path}:Methods", options.Methods, mayBeAny: true, report);
        CheckTokens($"{path}:Headers", options.Headers, mayBeAny: true, report);
        // With credentials browsers take * for a header of that name, so names are asked for in every case.
        CheckTokens($"{path}:ExposedHeaders", options.ExposedHeaders, mayBeAny: false, report);
        report.Range($"{path}:MaxAge", options.MaxAge, TimeSpan.Zero, LongestMaxAge);

        var policy = new CorsPolicy { SupportsCredentials = options.Credentials };
        Add(policy.Origins, options.Origins);
        Add(policy.Methods, options.Methods);
        Add(policy.Headers, options.Headers);
        Add(policy.ExposedHeaders, options.ExposedHeaders);
        if (!policy.AllowAnyOrigin)
        {
            // A comparison of our own makes the library add Vary also where there is one origin only: caches must not give its answer to
            // others.
            policy.IsOriginAllowed = new AllowedOrigins(policy.Origins).Contains;
        }

        if (options.MaxAge is { } maxAge && maxAge >= TimeSpan.Zero)
        {
            policy.PreflightMaxAge = maxAge;
        }

        return policy;
    }

    private static void CheckOrigins(string path, CorsPolicyOptions options, ConfigurationReport report)
    {
        if (options.Origins is not { Count: > 0 } origins)
        {
            report.Error(path, "at least one origin is required.", "Set Origins, such as [\"https://app.example.com\"].");
            return;
        }

        if (origins is [Any])
        {
            if (options.Credentials)
            {
                report.Error(
                    $"{path}:Credentials", "every page of the world could act with its visitor's cookies.",
                    "List the origins, or remove Credentials.");
            }

            return;
        }

        for (var i = 0; i < origins.Count; i++)
        {
            if (!AllowedOrigins.IsValid(origins[i]))
            {
                report.Error(
                    $"{path}:Origins:{i}",
                    "this is no origin as browsers write it.",
                    "Write scheme://host[:port] in lower case, without a path and without the default port of the scheme: " +
                        "https://app.example.com, "
                        + "capacitor://localhost, or https://*.example.com for all subdomains. Or * alone.");
            }
        }
    }

    private static void CheckTokens(string path, List<string>? names, bool mayBeAny, ConfigurationReport report)
    {
        for (var i = 0; i < names?.Count; i++)
        {
            if (names[i] == Any ? !mayBeAny || names.Count > 1 : !HeaderSyntax.IsToken(names[i]))
            {
                report.Error(
                    $"{path}:{i}", "this is no name.", mayBeAny ? "Write one name an item, or * alone." : "Write one name an item.");
            }
        }
    }

    private static void Add(IList<string> to, List<string>? values)
    {
        foreach (var value in values ?? [])
        {
            to.Add(value);
        }
    }
}
