using System.Collections.Frozen;

namespace Gateway.Policies;

/// <summary>The policies by name.</summary>
internal sealed class RoutePolicies(FrozenDictionary<string, RoutePolicy> policies)
{
    public IEnumerable<string> Names => policies.Keys;

    public RoutePolicy this[string name] => policies[name];
}
