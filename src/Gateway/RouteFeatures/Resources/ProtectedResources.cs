using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Gateway.RouteFeatures.Resources;

/// <summary>The protected resources, and which routes belong to them.</summary>
/// <param name="resources">In the order of the file.</param>
/// <param name="routes">By the id of YARP's route.</param>
internal sealed class ProtectedResources(IEnumerable<ProtectedResource> resources, FrozenDictionary<string, ProtectedResource> routes)
{
    private readonly ImmutableArray<ProtectedResource> _longestFirst =
        [.. resources.OrderByDescending(resource => resource.Path.Value?.Length ?? 0)];

    public bool IsEmpty => _longestFirst.IsEmpty;

    /// <summary>Null for a route that belongs to none.</summary>
    public ProtectedResource? Of(string route) => routes.GetValueOrDefault(route);

    /// <summary>
    /// The resource with the longest path that the path begins with, of those at this host. Where no resource is at this host, a proxy in
    /// front may have changed it: then it is the one with the longest path of all, if there is only one such.
    /// </summary>
    public ProtectedResource? Find(PathString path, HostString host)
    {
        ProtectedResource? elsewhere = null;
        var isAlone = true;
        foreach (var resource in _longestFirst)
        {
            if (!path.StartsWithSegments(resource.Path, StringComparison.Ordinal))
            {
                continue;
            }

            if (resource.Authority.Equals(host.Value, StringComparison.OrdinalIgnoreCase))
            {
                return resource;
            }

            isAlone &= elsewhere is null || elsewhere.Path != resource.Path;
            elsewhere ??= resource;
        }

        return isAlone && !IsAt(host) ? elsewhere : null;
    }

    private bool IsAt(HostString host) =>
        _longestFirst.Any(resource => resource.Authority.Equals(host.Value, StringComparison.OrdinalIgnoreCase));
}
