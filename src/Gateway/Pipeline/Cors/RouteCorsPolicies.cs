using Gateway.RouteFeatures;
using Gateway.Runtime;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Gateway.Pipeline.Cors;

/// <summary>
/// Finds a route's policy in the configuration that the route was loaded with. To YARP's check, which asks without a route, every name
/// exists: which ones do is our own check's business.
/// </summary>
internal sealed class RouteCorsPolicies : ICorsPolicyProvider
{
    private static readonly CorsPolicy Nobody = new();

    public Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName) => Task.FromResult(
        // YARP requires that no policy has one of its reserved names.
        policyName is null || ReservedNames.Contains(policyName) ? null
        : ProtectedRoute.Of(context) is { } route ? route.Snapshot.Settings.Cors[policyName]
        : Nobody);
}
