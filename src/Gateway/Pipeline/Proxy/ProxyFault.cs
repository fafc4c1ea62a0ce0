using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Pipeline.Proxy;

/// <summary>The proxy's own word for what the gateway does not forward, for the log, the problem stage and those who judge destinations.</summary>
internal sealed class ProxyFault(ForwarderError error) : IForwarderErrorFeature
{
    public ForwarderError Error => error;

    public Exception? Exception => null;
}
