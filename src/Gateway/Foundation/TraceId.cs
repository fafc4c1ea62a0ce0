using System.Diagnostics;

namespace Gateway.Foundation;

/// <summary>What a problem's body, the request's log line and its trace have in common, so that one leads to the others.</summary>
internal static class TraceId
{
    /// <summary>
    /// The trace the request belongs to: ours when it is traced, else its caller's, else a name of its own. Without tracing no
    /// activity is made for a request, and the caller's <c>traceparent</c> passes through untouched.
    /// </summary>
    public static string Of(HttpContext context) =>
        Activity.Current is { } activity ? activity.TraceId.ToHexString()
        : ActivityContext.TryParse(context.Request.Headers.TraceParent, null, out var caller) ? caller.TraceId.ToHexString()
        : context.TraceIdentifier;
}
