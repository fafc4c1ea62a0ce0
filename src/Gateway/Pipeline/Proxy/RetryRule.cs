using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Pipeline.Proxy;

/// <summary>Which failures are no reason to give up. A request that a destination may have acted on is repeated only where that does no harm.</summary>
internal static class RetryRule
{
    /// <summary>What a destination has failed with before it answered; null when it has answered, whatever became of its answer.</summary>
    public static Exception? FaultOf(HttpContext context) =>
        context.Features.Get<IForwarderErrorFeature>() is { Error: ForwarderError.Request, Exception: { } fault } ? fault : null;

    public static bool Allows(HttpContext context, Exception fault, WatchedBody? body) =>
        !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested && body is not { IsRead: true }
        && (HasNoConnection(fault) || (IsIdempotent(context.Request.Method) && !HasAnswered(fault)));

    /// <summary>Nothing was sent, because there was no connection to send it over.</summary>
    public static bool HasNoConnection(Exception fault) => fault switch
    {
        HttpRequestException request => request.HttpRequestError
            is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError or HttpRequestError.VersionNegotiationError,
        // The only time limit of the HTTP client's own is the one for a connection.
        OperationCanceledException { InnerException: TimeoutException } => true,
        _ => false,
    };

    /// <summary>It has answered with what is no HTTP, or with too much of it. Another destination would get what this one was sent.</summary>
    private static bool HasAnswered(Exception fault) =>
        fault is HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded };

    /// <summary>RFC 9110 section 9.2.2.</summary>
    private static bool IsIdempotent(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsPut(method) || HttpMethods.IsDelete(method) || HttpMethods.IsOptions(method);
}
