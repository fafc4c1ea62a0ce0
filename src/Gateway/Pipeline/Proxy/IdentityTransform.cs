using Gateway.Identity;
using Gateway.Runtime;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// Sets the identity after the transforms of a route; <see cref="PlainTransformer"/> sets it on routes without transforms.
/// </summary>
internal sealed class IdentityTransform : ITransformProvider
{
    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    /// <summary>
    /// YARP runs the transforms of providers after those of the route, so a transform cannot overwrite an identity header.
    /// </summary>
    public void Apply(TransformBuilderContext context) => context.AddRequestTransform(static request =>
    {
        ProxiedIdentity.TrySet(
            request.HttpContext, GatewayRequest.Of(request.HttpContext), request.ProxyRequest.Headers, request.DestinationPrefix,
            isPlain: false);
        ForwardedAddress.Unmap(request.HttpContext.Connection.RemoteIpAddress, request.ProxyRequest.Headers);
        return ValueTask.CompletedTask;
    });
}
