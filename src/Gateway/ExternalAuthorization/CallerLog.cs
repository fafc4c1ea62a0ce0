using System.Net;
using Gateway.Foundation;

namespace Gateway.ExternalAuthorization;

/// <summary>
/// Log lines about proxies that ask in a way that gets no decision. Any caller can cause them, so their number is limited.
/// </summary>
internal sealed partial class CallerLog(TimeProvider time, ILogger<CallerLog> logger)
{
    private readonly LineBudget _lines = new(time);

    /// <param name="caller">Null when the connection has no address.</param>
    public void NotTrusted(IPAddress? caller)
    {
        if (_lines.Take(out _))
        {
            NotTrusted(logger, caller);
        }
    }

    public void NotDescribed(IPAddress? caller, string fault)
    {
        if (_lines.Take(out _))
        {
            NotDescribed(logger, caller, fault);
        }
    }

    [LoggerMessage(
        EventIds.AuthorizationCallerRejected, LogLevel.Warning,
        "A caller at {Address} asked for a decision and got none: its address is not in Gateway:TrustedProxies, and it showed no client " +
            "certificate of ClientCaFile.")]
    private static partial void NotTrusted(ILogger logger, IPAddress? address);

    [LoggerMessage(EventIds.AuthorizationRequestUnclear, LogLevel.Warning, "The proxy at {Address} did not describe a request: {Fault}")]
    private static partial void NotDescribed(ILogger logger, IPAddress? address, string fault);
}
