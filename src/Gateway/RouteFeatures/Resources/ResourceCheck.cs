using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Gateway.Issuers;
using Gateway.Policies;
using Gateway.RouteFeatures.Paths;
using Gateway.Settings;

namespace Gateway.RouteFeatures.Resources;

/// <summary>Checks <c>Gateway:Resources</c> and <c>Gateway:Routes:{route}:Resource</c>.</summary>
internal static class ResourceCheck
{
    private const string Section = "Gateway:Resources";

    public static ProtectedResources Build(
        Dictionary<string, ResourceOptions> options, Dictionary<string, GatewayRouteOptions> routes,
        Dictionary<string, IssuerOptions> issuers, SettingsContext context)
    {
        var built = new Dictionary<string, ProtectedResource>(StringComparer.OrdinalIgnoreCase);
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, resource) in options)
        {
            var path = $"{Section}:{name}";
            var servers = ServersOf(resource.AuthorizationServers ?? [], path, issuers, context);
            PolicyCheck.CheckScopes(resource.Scopes, $"{path}:Scopes", context.Report);
            if (TryParse(resource.Resource, context.IsDevelopment, out var url))
            {
                built[name] = new ProtectedResource(url, resource.Resource!, servers, [.. resource.Scopes ?? []]);
                var address = $"{url.Authority}{url.AbsolutePath.TrimEnd('/')}";
                if (!seen.TryAdd(address, name))
                {
                    context.Report.Error($"{path}:Resource", $"resource \"{seen[address]}\" has the same address.", "Merge the two.");
                }
            }
            else
            {
                context.Report.Error(
                    $"{path}:Resource", "this is not the URL of an API.",
                    "Write an https URL of visible ASCII, without user, query and fragment, such as https://api.example.com/orders; " +
                        "http is for Development.");
            }
        }

        return new ProtectedResources(built.Values, RoutesOf(routes, options, built, context.Report));
    }

    private static FrozenDictionary<string, ProtectedResource> RoutesOf(
        Dictionary<string, GatewayRouteOptions> routes, Dictionary<string, ResourceOptions> options,
        Dictionary<string, ProtectedResource> built, ConfigurationReport report)
    {
        var found = new Dictionary<string, ProtectedResource>(StringComparer.OrdinalIgnoreCase);
        foreach (var (id, route) in routes)
        {
            if (route.Resource is not { } name)
            {
                continue;
            }

            if (built.TryGetValue(name, out var resource))
            {
                found[id] = resource;
            }
            else if (!options.ContainsKey(name) && !report.IsInFile($"{Section}:{name}"))
            {
                report.Error(
                    $"Gateway:Routes:{id}:Resource", $"there is no \"{name}\" in {Section}.",
                    options.Count == 0 ? "Define it there, or remove it here." : Suggestion.For(name, options.Keys));
            }
        }

        return found.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    private static ImmutableArray<string> ServersOf(
        List<string> servers, string path, Dictionary<string, IssuerOptions> issuers, SettingsContext context)
    {
        path += ":AuthorizationServers";
        if (servers.Count == 0)
        {
            context.Report.Error(path, "at least one is required.", "Name the issuers whose tokens the routes accept.");
        }

        var found = ImmutableArray.CreateBuilder<string>();
        for (var i = 0; i < servers.Count; i++)
        {
            if (TryParse(servers[i], context.IsDevelopment, out _))
            {
                found.Add(servers[i]);
            }
            else if (!issuers.TryGetValue(servers[i], out var issuer))
            {
                if (!context.Report.IsInFile($"Gateway:Issuers:{servers[i]}"))
                {
                    context.Report.Error(
                        $"{path}:{i}", "this is neither an issuer of Gateway:Issuers nor an https URL.",
                        Suggestion.For(servers[i], issuers.Keys));
                }
            }
            else if (TryParse(issuer.Issuer, context.IsDevelopment, out _) && !issuer.Issuer!.Contains('{', StringComparison.Ordinal))
            {
                found.Add(issuer.Issuer);
            }
            else if (issuer.Issuer is not null)
            {
                context.Report.Error(
                    $"{path}:{i}", $"the `iss` of this issuer, \"{issuer.Issuer}\", is not one https URL at which clients find it.",
                    "Write the URL of the authorization server.");
            }
        }

        return found.ToImmutable();
    }

    /// <summary>
    /// RFC 9728 section 1.2, and RFC 8414 section 2 for issuers; the text goes into challenges, so it needs no escaping there.
    /// </summary>
    private static bool TryParse(string? text, bool allowsHttp, [NotNullWhen(true)] out Uri? url)
    {
        url = null;
        return text is not null && text.All(c => c is > ' ' and <= '~' and not '"' and not '\\' and not '?' and not '#')
            && Uri.TryCreate(text, UriKind.Absolute, out url)
            && (url.Scheme == Uri.UriSchemeHttps || (allowsHttp && url.Scheme == Uri.UriSchemeHttp))
            && url.UserInfo.Length == 0 && url.Host.Length > 0;
    }
}
