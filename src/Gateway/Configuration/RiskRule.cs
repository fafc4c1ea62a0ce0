using Gateway.Issuers;
using Gateway.RouteFeatures.Paths;
using Gateway.Settings;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>What the rules look at: the options as they are written, and the routes.</summary>
internal sealed record RiskContext(
    GatewayOptions Options, IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters, YarpJson Document,
    IConfiguration Configuration, bool IsDevelopment)
{
    /// <summary>The paths of one setting in all issuers that are risky; the next two do the same for routes and policies.</summary>
    public IEnumerable<string> InIssuers(Func<IssuerOptions, bool> isRisky, string setting) =>
        Options.Issuers.Where(issuer => isRisky(issuer.Value)).Select(issuer => $"Gateway:Issuers:{issuer.Key}:{setting}");

    public IEnumerable<string> InRoutes(Func<GatewayRouteOptions, bool> isRisky, string setting) =>
        Options.Routes.Where(route => isRisky(route.Value)).Select(route => $"Gateway:Routes:{route.Key}:{setting}");

    public IEnumerable<string> InPolicies(Func<Policies.PolicyOptions, bool> isRisky, string setting) =>
        Options.Policies.Where(policy => isRisky(policy.Value)).Select(policy => $"Gateway:Policies:{policy.Key}{setting}");
}

/// <summary>One setting, or one combination of settings, that is valid but risky.</summary>
/// <param name="Id">Never reused; pipelines name it.</param>
/// <param name="What">What it is, to stand behind the setting's path.</param>
/// <param name="Why">What can come of it.</param>
/// <param name="Find">The paths of the settings.</param>
internal sealed record RiskRule(string Id, string Name, string What, string Why, string Cure, Func<RiskContext, IEnumerable<string>> Find);
