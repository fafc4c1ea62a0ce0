using Microsoft.Extensions.Primitives;

namespace Gateway.Runtime;

/// <summary>The requests of browsers that cannot carry a header of a page's choice: WebSockets and event streams.</summary>
internal static class StreamRequest
{
    private const string EventStream = "text/event-stream";

    public static bool IsWebSocket(HttpContext context) => GatewayRequest.Of(context).Tunnel != TunnelRequest.None;

    /// <summary>A WebSocket, or a GET that asks for an event stream.</summary>
    public static bool Is(HttpContext context) =>
        IsWebSocket(context) || (HttpMethods.IsGet(context.Request.Method) && AcceptsEventStream(context.Request.Headers.Accept));

    private static bool AcceptsEventStream(StringValues accept)
    {
        foreach (var line in accept)
        {
            foreach (var item in new StringTokenizer(line ?? "", [',']))
            {
                var end = item.IndexOf(';');
                if ((end < 0 ? item : item.Subsegment(0, end)).Trim().Equals(EventStream, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
