using System.Collections.Concurrent;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Runtime;

/// <summary>The handles of the routes in effect. Changed by YARP while it builds endpoints, and by one reload at a time.</summary>
internal sealed class RouteHandles(LiveGateway live)
{
    private readonly ConcurrentDictionary<string, RouteHandle> _handles = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>For the new endpoint of a route, which belongs to the snapshot that is announced, if there is one.</summary>
    public RouteHandle Create(RouteConfig route) => _handles[route.RouteId] = new RouteHandle(route, live, live.Newest);

    /// <summary>Prepares the handles of the routes that stay.</summary>
    public void Prepare(IReadOnlyList<RouteConfig> routes, GatewaySnapshot next)
    {
        foreach (var route in routes)
        {
            if (_handles.TryGetValue(route.RouteId, out var handle) && ProxyRoutes.AreSame(handle.Config, route))
            {
                handle.Prepare(next);
            }
        }
    }

    /// <summary>
    /// A route whose endpoint would stay at an earlier snapshot: YARP has built no new one for it, and its handle was not prepared. Null
    /// when there is none.
    /// </summary>
    public string? FindLeftBehind(IReadOnlyList<RouteConfig> routes, GatewaySnapshot next) => routes.Select(route => route.RouteId)
        .FirstOrDefault(id => _handles.TryGetValue(id, out var handle) && !ReferenceEquals(handle.Newest.Snapshot, next));

    /// <summary>The snapshot is in effect. Forgets the routes that it does not have.</summary>
    public void Complete(GatewaySnapshot current)
    {
        foreach (var (id, handle) in _handles)
        {
            handle.Complete();
            if (!ReferenceEquals(handle.Newest.Snapshot, current))
            {
                _handles.TryRemove(id, out _);
            }
        }
    }

    public void Abandon()
    {
        foreach (var handle in _handles.Values)
        {
            handle.Abandon();
        }
    }
}
