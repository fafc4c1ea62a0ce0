using Gateway.Pipeline.Connections;
using Gateway.Policies;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// Selects how a route's requests are forwarded: through YARP's transforms, or by <see cref="PlainTransformer"/> if there are none. It
/// wraps that in <see cref="LiveTransformer"/>, except on public routes, which have no tokens, and all in the check of the destination's
/// response.
/// </summary>
internal sealed class RouteTransformBuilder(ITransformBuilder inner, LiveConnections connections) : ITransformBuilder
{
    public IReadOnlyList<Exception> ValidateRoute(RouteConfig route) => inner.ValidateRoute(route);

    public IReadOnlyList<Exception> ValidateCluster(ClusterConfig cluster) => inner.ValidateCluster(cluster);

    public HttpTransformer Create(Action<TransformBuilderContext> action) => inner.Create(action);

    public HttpTransformer Build(RouteConfig route, ClusterConfig? cluster)
    {
        // Session affinity adds a transform that sends the client its affinity cookie or header.
        var isPlain = route.Transforms is not { Count: > 0 } && cluster?.SessionAffinity?.Enabled != true;
        HttpTransformer transforms = isPlain ? PlainTransformer.Instance : new SentTargetTransformer(inner.Build(route, cluster));
        // Outermost, so that no other code sees a rejected response, on public routes too.
        return new ResponseCheckTransformer(
            RoutePolicy.AnonymousName.Equals(route.AuthorizationPolicy, StringComparison.OrdinalIgnoreCase)
                ? transforms
                : new LiveTransformer(transforms, connections));
    }
}
