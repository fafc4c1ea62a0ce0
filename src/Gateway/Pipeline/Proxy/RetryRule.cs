using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// Decides which failures are retried. A request that a destination may have processed is repeated only if it is idempotent.
/// </summary>
internal static class RetryRule
{
    /// <summary>The failure of a destination before its response; null when there was a response.</summary>
    public static Exception? FaultOf(HttpContext context) =>
        context.Features.Get<IForwarderErrorFeature>() is { Error: ForwarderError.Request, Exception: { } fault } ? fault : null;

    /// <summary>
    /// Whether a retry is safe: nothing was sent to the client, the body was not read, and the request has reached no destination or may be
    /// repeated.
    /// </summary>
    public static bool Allows(HttpContext context, Exception fault, WatchedBody? body) =>
        !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested && body is not { IsRead: true }
        && (HasNoConnection(fault) || (IsIdempotent(context.Request.Method) && !HasResponded(fault)));

    /// <summary>True when no connection was made, so that the destination cannot have received the request.</summary>
    public static bool HasNoConnection(Exception fault) => fault switch
    {
        HttpRequestException request => request.HttpRequestError
            is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError or HttpRequestError.VersionNegotiationError,
        // The HTTP client's only own timeout is the one for connecting.
        OperationCanceledException { InnerException: TimeoutException } => true,
        _ => false,
    };

    /// <summary>True when the destination has responded, with an invalid or too large response, so it has processed the request.</summary>
    private static bool HasResponded(Exception fault) =>
        fault is HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded };

    /// <summary>RFC 9110 section 9.2.2.</summary>
    private static bool IsIdempotent(string method) =>
        HttpMethods.IsGet(method)
            || HttpMethods.IsHead(method)
            || HttpMethods.IsPut(method)
            || HttpMethods.IsDelete(method)
            || HttpMethods.IsOptions(method);
}
