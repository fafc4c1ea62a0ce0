using System.Net;
using Gateway.Authentication;
using Gateway.Policies;
using Gateway.RouteFeatures.Cors;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>The rules that take more than a line.</summary>
internal static class RiskyPlaces
{
    // Names that only the own network resolves.
    private static readonly string[] OwnSuffixes = [".svc", ".local", ".internal", ".localhost", ".lan", ".test"];

    // The affinity policies of YARP that encrypt with the keys of data protection. HashCookie hashes and needs no keys.
    private static readonly string[] EncryptedPolicies = ["Cookie", "CustomHeader"];

    /// <summary>Anonymous routes whose path begins like that of a protected route which takes all below it.</summary>
    public static IEnumerable<string> PublicRoutes(RiskContext context)
    {
        // A set, so that the time grows with the number of routes and not with its square.
        var trees = context.Routes.Where(route => !IsPublic(route)).Select(TreeOf).OfType<string>()
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return context.Routes
            .Where(route => IsPublic(route) && route.Match.Path is { } path && Parents($"/{path.Trim('/')}/").Any(trees.Contains))
            .Select(route => $"{SettingSchema.ReverseProxy}:Routes:{route.RouteId}:{nameof(RouteConfig.AuthorizationPolicy)}");
    }

    public static IEnumerable<string> CookieSources(RiskContext context) => Sources(context, source => source.Cookie, "Cookie");

    public static IEnumerable<string> QuerySources(RiskContext context) => Sources(context, source => source.Query, "Query");

    /// <summary>
    /// Destinations with http and a public name. Inside a cluster http is usual, so names of the own network are left out.
    /// </summary>
    public static IEnumerable<string> PlainDestinations(RiskContext context) =>
        from cluster in context.Clusters
        from destination in cluster.Destinations ?? new Dictionary<string, DestinationConfig>()
        where Uri.TryCreate(destination.Value.Address, UriKind.Absolute, out var address)
            && address.Scheme == Uri.UriSchemeHttp
            && IsPublicName(address)
        select $"{SettingSchema.ReverseProxy}:Clusters:{cluster.ClusterId}:" +
            $"Destinations:{destination.Key}:{nameof(DestinationConfig.Address)}";

    public static IEnumerable<string> AnyCertificate(RiskContext context) =>
        context.Clusters.Where(cluster => cluster.HttpClient?.DangerousAcceptAnyServerCertificate == true)
            .Select(cluster =>
                $"{SettingSchema.ReverseProxy}:Clusters:{cluster.ClusterId}:HttpClient:" +
                nameof(HttpClientConfig.DangerousAcceptAnyServerCertificate));

    public static IEnumerable<string> NullOrigins(RiskContext context) => Origins(context, (_, origin) => origin == AllowedOrigins.Null);

    public static IEnumerable<string> SubdomainsWithCredentials(RiskContext context) =>
        Origins(context, (policy, origin) => policy.Credentials && AllowedOrigins.IsWildcard(origin));

    private static IEnumerable<string> Origins(RiskContext context, Func<CorsPolicyOptions, string, bool> isRisky) =>
        from policy in context.Options.Cors
        from origin in (policy.Value.Origins ?? []).Index()
        where isRisky(policy.Value, origin.Item)
        select $"Gateway:Cors:{policy.Key}:Origins:{origin.Index}";

    /// <summary>Affinity policies whose cookie or header is encrypted while each replica keeps its own keys in memory.</summary>
    public static IEnumerable<string> AffinityWithOwnKeys(RiskContext context) => context.Options.HasSharedProtectionKeys
        ? []
        : context.Clusters.Where(cluster => cluster.SessionAffinity is { Enabled: true, Policy: { } policy }
            && EncryptedPolicies.Contains(policy, StringComparer.OrdinalIgnoreCase))
            .Select(cluster =>
                $"{SettingSchema.ReverseProxy}:Clusters:{cluster.ClusterId}:SessionAffinity:{nameof(SessionAffinityConfig.Policy)}");

    /// <summary>Addresses in the file that the server does not open.</summary>
    public static IEnumerable<string> UnusedUrls(RiskContext context) =>
        context.Document.Find(SettingSchema.Urls) is { Text.Length: > 0 }
            && context.Configuration.GetSection($"{SettingSchema.Kestrel}:Endpoints").GetChildren().Any()
            ? [SettingSchema.Urls]
            : [];

    /// <summary>Every prefix that ends with a slash: of <c>/a/b/</c> these are <c>/</c>, <c>/a/</c> and <c>/a/b/</c>.</summary>
    private static IEnumerable<string> Parents(string path)
    {
        for (var slash = 0; slash >= 0; slash = slash + 1 < path.Length ? path.IndexOf('/', slash + 1) : -1)
        {
            yield return path[..(slash + 1)];
        }
    }

    private static bool IsPublic(RouteConfig route) =>
        RoutePolicy.AnonymousName.Equals(route.AuthorizationPolicy, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// What stands before the catch-all, as in <c>/orders/</c>. A route of all paths is a site's default, and none of its pages a slip.
    /// </summary>
    private static string? TreeOf(RouteConfig route) =>
        route.Match.Path is { } path
            && path.IndexOf("{*", StringComparison.Ordinal) is > 1 and var end
            && path[..end].Trim('/') is { Length: > 0 } tree
            ? $"/{tree}/"
            : null;

    /// <summary>A name with a dot that a public resolver may know. Addresses are mostly a test's or a private network's.</summary>
    private static bool IsPublicName(Uri address) =>
        !IPAddress.TryParse(address.DnsSafeHost, out _)
        && address.Host.Contains('.', StringComparison.Ordinal)
        && !OwnSuffixes.Any(suffix => address.Host.TrimEnd('.').EndsWith(suffix, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> Sources(RiskContext context, Func<TokenSourceOptions, string?> place, string name) =>
        (context.Options.TokenSources ?? [])
            .Index()
            .Where(source => place(source.Item) is not null)
            .Select(source => $"Gateway:TokenSources:{source.Index}:{name}");
}
