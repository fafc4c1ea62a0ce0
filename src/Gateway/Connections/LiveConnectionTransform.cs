using System.Net;
using Gateway.Authorization;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway.Connections;

/// <summary>
/// Picks the responses that may outlive their token when their headers are there: WebSockets, event streams and gRPC. The proxy reads
/// those through a stream of ours; it does not know that it can be ended. Any other response costs a look at its type.
/// </summary>
internal sealed class LiveConnectionTransform(LiveConnections connections) : ITransformProvider
{
    private const string EventStream = "text/event-stream";
    private const string Grpc = "application/grpc";
    private const string GrpcWeb = "application/grpc-web";

    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context)
    {
        // A public route has no token that could end.
        if (!RoutePolicy.AnonymousName.Equals(context.Route.AuthorizationPolicy, StringComparison.OrdinalIgnoreCase))
        {
            context.AddResponseTransform(FollowIfLong);
        }
    }

    private ValueTask FollowIfLong(ResponseTransformContext context)
    {
        if (context.ProxyResponse is not { } response)
        {
            return ValueTask.CompletedTask;
        }

        var isWebSocket = IsWebSocket(response);
        var type = isWebSocket ? "" : TypeOf(response);
        return (isWebSocket || Is(type, EventStream) || Is(type, Grpc))
            && GatewayRequest.Of(context.HttpContext) is { Token: { } token, Route: { } route }
            ? FollowAsync(context.HttpContext, response, connections.Add(context.HttpContext, route, token), isWebSocket, Is(type, Grpc) && !Is(type, GrpcWeb))
            : ValueTask.CompletedTask;
    }

    private async ValueTask FollowAsync(HttpContext context, HttpResponseMessage response, LiveConnection connection, bool isWebSocket, bool isGrpc)
    {
        var stream = await response.Content.ReadAsStreamAsync(context.RequestAborted);
        response.Content = new LiveContent(connection.Wrap(stream, isWebSocket, isGrpc));
        connections.Begin(connection);
    }

    /// <summary>What the proxy takes for a connection that goes both ways.</summary>
    private static bool IsWebSocket(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.SwitchingProtocols
        || (response.StatusCode == HttpStatusCode.OK && response.RequestMessage?.Method == HttpMethod.Connect);

    private static string TypeOf(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var type) ? type.ToString() : "";

    private static bool Is(string type, string prefix) => type.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
}
