using System.Diagnostics;

namespace Gateway.Foundation;

/// <summary>The id that a problem document, the log line of the request and its trace share.</summary>
internal static class TraceId
{
    /// <summary>
    /// The id of the request's trace: the gateway's when it traces the request, else the client's <c>traceparent</c>, else the request
    /// identifier. Without tracing, no activity exists and <c>traceparent</c> is forwarded unchanged.
    /// </summary>
    public static string Of(HttpContext context) =>
        Activity.Current is { } activity ? activity.TraceId.ToHexString()
        : ActivityContext.TryParse(context.Request.Headers.TraceParent, null, out var caller) ? caller.TraceId.ToHexString()
        : context.TraceIdentifier;
}
