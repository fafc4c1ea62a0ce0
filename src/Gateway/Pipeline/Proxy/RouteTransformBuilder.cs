using Gateway.Pipeline.Connections;
using Gateway.Policies;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// Chooses how a route's requests are forwarded: through YARP's transforms, or plainly where there are none but the default ones. Around that
/// stands what follows connections that may outlive their token, except on public routes, which have none, and around everything the check of
/// the destination's answer.
/// </summary>
internal sealed class RouteTransformBuilder(ITransformBuilder inner, LiveConnections connections) : ITransformBuilder
{
    public IReadOnlyList<Exception> ValidateRoute(RouteConfig route) => inner.ValidateRoute(route);

    public IReadOnlyList<Exception> ValidateCluster(ClusterConfig cluster) => inner.ValidateCluster(cluster);

    public HttpTransformer Create(Action<TransformBuilderContext> action) => inner.Create(action);

    public HttpTransformer Build(RouteConfig route, ClusterConfig? cluster)
    {
        // Session affinity brings a transform of its own: the one that tells the client where it belongs.
        var isPlain = route.Transforms is not { Count: > 0 } && cluster?.SessionAffinity?.Enabled != true;
        HttpTransformer transforms = isPlain ? PlainTransformer.Instance : new SentTargetTransformer(inner.Build(route, cluster));
        // Outermost, because what it rejects must not be looked at by anything else, on public routes too.
        return new AnswerTransformer(
            RoutePolicy.AnonymousName.Equals(route.AuthorizationPolicy, StringComparison.OrdinalIgnoreCase)
                ? transforms
                : new LiveTransformer(transforms, connections));
    }
}
