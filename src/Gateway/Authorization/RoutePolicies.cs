using System.Collections.Frozen;
using Microsoft.AspNetCore.Authorization;
using Yarp.ReverseProxy.Model;

namespace Gateway.Authorization;

/// <summary>The policies by name, and the policy of the route a request was matched to.</summary>
internal sealed class RoutePolicies(FrozenDictionary<string, RoutePolicy> policies)
{
    public IEnumerable<string> Names => policies.Keys;

    public RoutePolicy this[string name] => policies[name];

    /// <summary>
    /// Null when no route matched (404, or 405 for its method), and only then: a route whose policy is unknown here cannot be loaded,
    /// so meeting one is a fault and must not become an open door.
    /// </summary>
    public RoutePolicy? Find(HttpContext context)
    {
        if (RouteOf(context) is not { } route)
        {
            return null;
        }

        return route.Config.AuthorizationPolicy is { } name && policies.TryGetValue(name, out var policy)
            ? policy
            : throw new InvalidOperationException($"Route {route.Config.RouteId} has no known policy.");
    }

    /// <summary>
    /// Tells YARP that the names exist, which it checks when it loads routes. Each is a refusal to ASP.NET Core: should its own
    /// authorization ever run in place of ours, every door stays shut.
    /// </summary>
    public void DeclareTo(AuthorizationOptions options)
    {
        foreach (var name in Names.Where(name => name != RoutePolicy.AnonymousName))
        {
            options.AddPolicy(name, policy => policy.RequireAssertion(_ => false));
        }
    }

    public static RouteModel? RouteOf(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>();
}
