using System.Net;
using Gateway.Runtime;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Pipeline.Connections;

/// <summary>
/// Selects the responses that may outlive their token, by their headers: WebSockets, event streams and gRPC. The proxy reads them through a
/// <see cref="LiveStream"/>. Other responses cost only a check of their type. It wraps YARP's transforms instead of being one, because YARP
/// allocates a context per response for transforms.
/// </summary>
internal sealed class LiveTransformer(HttpTransformer inner, LiveConnections connections) : HttpTransformer
{
    private const string EventStream = "text/event-stream";
    private const string Grpc = "application/grpc";
    private const string GrpcWeb = "application/grpc-web";

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken) =>
        inner.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);

    public override ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is not null)
        {
            var isWebSocket = IsWebSocket(proxyResponse);
            var type = isWebSocket ? "" : TypeOf(proxyResponse);
            if ((isWebSocket || Is(type, EventStream) || Is(type, Grpc))
                && GatewayRequest.Of(httpContext) is { Token: { } token, Route: { } route })
            {
                var connection = connections.Add(httpContext, route, token);
                return FollowAsync(
                    httpContext, proxyResponse, connection, isWebSocket, Is(type, Grpc) && !Is(type, GrpcWeb), cancellationToken);
            }
        }

        return inner.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
    }

    public override ValueTask TransformResponseTrailersAsync(
        HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) =>
        inner.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);

    /// <summary>Puts the stream in place before the proxy reads the response. The connection is checked from then on.</summary>
    private async ValueTask<bool> FollowAsync(
        HttpContext context, HttpResponseMessage response, LiveConnection connection, bool isWebSocket, bool isGrpc,
        CancellationToken cancellationToken)
    {
        var isForwarded = await inner.TransformResponseAsync(context, response, cancellationToken);
        var stream = await response.Content.ReadAsStreamAsync(context.RequestAborted);
        response.Content = new LiveContent(connection.Wrap(stream, isWebSocket, isGrpc));
        connections.Begin(connection);
        return isForwarded;
    }

    /// <summary>The same rule as the proxy's for connections in both directions.</summary>
    private static bool IsWebSocket(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.SwitchingProtocols
        || (response.StatusCode == HttpStatusCode.OK && response.RequestMessage?.Method == HttpMethod.Connect);

    private static string TypeOf(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var type) ? type.ToString() : "";

    private static bool Is(string type, string prefix) => type.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
}
