using System.Collections.Frozen;

namespace Gateway.Policies;

/// <summary>The policies by name.</summary>
internal sealed class RoutePolicies(FrozenDictionary<string, RoutePolicy> policies)
{
    public IEnumerable<string> Names => policies.Keys;

    public RoutePolicy this[string name] => policies[name];

    /// <summary>Null when no policy has that name.</summary>
    public RoutePolicy? Find(string name) => policies.GetValueOrDefault(name);
}
