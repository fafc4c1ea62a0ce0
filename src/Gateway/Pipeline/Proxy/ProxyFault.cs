using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// Reports to YARP's features that the gateway did not forward a request or response, for the log, the problem stage and health checks.
/// </summary>
internal sealed class ProxyFault(ForwarderError error) : IForwarderErrorFeature
{
    public ForwarderError Error => error;

    public Exception? Exception => null;
}
