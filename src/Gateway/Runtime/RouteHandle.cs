using Yarp.ReverseProxy.Configuration;

namespace Gateway.Runtime;

/// <summary>
/// Stands on a route's endpoint. YARP keeps the endpoint while a reload does not change the route, so the handle changes from the route of
/// one snapshot to that of the next. A handle whose route was changed or removed stays at the last snapshot that had it.
/// </summary>
internal sealed class RouteHandle
{
    private readonly LiveGateway _live;
    private volatile ProtectedRoute _route;
    private volatile ProtectedRoute? _next;

    public RouteHandle(RouteConfig config, LiveGateway live, GatewaySnapshot snapshot)
    {
        (Config, _live) = (config, live);
        _route = ProtectedRoute.Of(config, snapshot, this);
    }

    public RouteConfig Config { get; }

    /// <summary>
    /// The route in the snapshot in effect. A request asks once and keeps the answer, so that a swap does not change what it is judged by.
    /// </summary>
    public ProtectedRoute Current
    {
        get
        {
            var (route, current) = (_route, _live.Current);
            // The change takes effect when LiveGateway swaps the snapshot. A reader that misses the swap gets the route of the snapshot
            // before, with all that belongs to it.
            return ReferenceEquals(route.Snapshot, current) || _next is not { } next || !ReferenceEquals(next.Snapshot, current)
                ? route
                : next;
        }
    }

    /// <summary>The route in the newest snapshot that has it, also while YARP still builds that snapshot's routes.</summary>
    public ProtectedRoute Newest => _next ?? _route;

    public void Prepare(GatewaySnapshot next)
    {
        // Where the last change was not completed, because a handler of it threw, its route is in effect all the same.
        _route = Current;
        _next = ProtectedRoute.Of(Config, next, this);
    }

    /// <summary>The snapshot that was prepared for is in effect.</summary>
    public void Complete()
    {
        _route = _next ?? _route;
        _next = null;
    }

    /// <summary>The snapshot that was prepared for will not come into effect.</summary>
    public void Abandon() => _next = null;
}
