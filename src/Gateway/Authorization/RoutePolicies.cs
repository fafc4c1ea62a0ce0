using System.Collections.Frozen;
using Microsoft.AspNetCore.Authorization;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Authorization;

/// <summary>The policies by name.</summary>
internal sealed class RoutePolicies(FrozenDictionary<string, RoutePolicy> policies)
{
    public IEnumerable<string> Names => policies.Keys;

    public RoutePolicy this[string name] => policies[name];

    /// <summary>The route with its policy. A name that is unknown here cannot be loaded, so there is one.</summary>
    public ProtectedRoute Protect(RouteConfig route) => new(route.RouteId, policies[route.AuthorizationPolicy!]);

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
}
