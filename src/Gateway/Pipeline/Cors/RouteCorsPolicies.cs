using Gateway.RouteFeatures;
using Gateway.Runtime;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Gateway.Pipeline.Cors;

/// <summary>
/// Finds the policy in the snapshot of the route. YARP's validation asks without a route and gets a policy for each name; the gateway's
/// own checks find unknown names.
/// </summary>
internal sealed class RouteCorsPolicies : ICorsPolicyProvider
{
    private static readonly CorsPolicy Empty = new();

    public Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName) => Task.FromResult(
        // YARP requires that no policy has one of its reserved names.
        policyName is null || ReservedNames.Contains(policyName) ? null
        : GatewayRequest.Find(context)?.FindRoute(context) is { } route ? route.Snapshot.Settings.Cors[policyName]
        : Empty);
}
