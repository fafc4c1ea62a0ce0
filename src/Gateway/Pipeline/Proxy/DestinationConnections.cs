using System.Text;
using Gateway.Telemetry;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Pipeline.Proxy;

/// <summary>What the connections to destinations have beyond YARP's settings of a cluster.</summary>
internal static class DestinationConnections
{
    /// <summary>
    /// How long an unused connection stays open. After a load as many are left as there were requests at once, and each holds some 9 KB
    /// here and a connection there. The default of .NET is a minute. The pool looks four times in this time, so that a connection is gone
    /// after at most 1.25 of it.
    /// </summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    public static void Configure(SocketsHttpHandler handler)
    {
        // The listener decodes header values as UTF-8, so they are sent as UTF-8 too. Otherwise a non-ASCII character of a client would
        // fail the request to the destination, which would count as a failure of the destination.
        handler.RequestHeaderEncodingSelector ??= static (_, _) => Encoding.UTF8;
        // Latin-1, as for every other response header, keeps the bytes. By default the HTTP client decodes Location as UTF-8, which
        // would change invalid bytes.
        handler.ResponseHeaderEncodingSelector ??= static (name, _) => name == HeaderNames.Location ? Encoding.Latin1 : null;
        handler.ActivityHeadersPropagator = new ReverseProxyPropagator(new TraceContextPropagator());
        handler.PooledConnectionIdleTimeout = IdleTimeout;
    }
}
