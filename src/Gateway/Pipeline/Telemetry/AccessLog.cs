using Gateway.Errors;
using Gateway.Foundation;
using Gateway.Identity;
using Gateway.Runtime;
using Gateway.Telemetry;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Gateway.Pipeline.Telemetry;

/// <summary>
/// Writes one line for each request. Lines of rejected or failed requests have the level Information, so that an operator finds the reason
/// by trace id; all others have Debug.
/// </summary>
internal sealed partial class AccessLog(TimeProvider time, ILoggerFactory loggers, RecentRequests recent)
{
    public const string Category = "Gateway.Access";

    private const string Absent = "-";
    // Characters. Messages of exceptions may repeat what a destination has sent.
    private const int MaxCause = 300;

    private readonly ILogger _log = loggers.CreateLogger(Category);
    // Lines of rejected requests a second. Any client can cause them, and a flood must not slow down the console.
    private readonly LineBudget _rejections = new(time);
    // Limited separately; otherwise a client that sends two hundred bad requests a second would hide other failures.
    private readonly LineBudget _others = new(time);

    public bool IsForAll => _log.IsEnabled(LogLevel.Debug);

    /// <summary>The start of the request; the clock is read only if a line may be written.</summary>
    public long Start() => _log.IsEnabled(LogLevel.Information) ? time.GetTimestamp() : 0;

    /// <summary>Writes the line of a request that was rejected or has failed.</summary>
    public void Notable(HttpContext context, long started, Exception? failure)
    {
        var request = GatewayRequest.Find(context);
        if (!IsNotable(context, request, failure))
        {
            return;
        }

        var isRejection = request?.Decision is { IsRejection: true };
        var status = GrpcRejection.StatusOf(context);
        if (isRejection || status >= 500)
        {
            recent.Failed(
                new RequestFailure(isRejection, ReasonOf(context, request, failure), status, RequestSpan.RouteOf(context)?.RouteId));
        }

        if (!_log.IsEnabled(LogLevel.Information))
        {
            return;
        }

        var isWithin = (isRejection ? _rejections : _others).Take(out var omitted);
        if (omitted > 0)
        {
            Omitted(_log, omitted, isRejection ? "rejected" : "other");
        }

        if (!isWithin)
        {
            return;
        }

        Write(context, LogLevel.Information, request, time.GetElapsedTime(started), failure);
    }

    /// <summary>Writes the line of any other request.</summary>
    public void Ordinary(HttpContext context, long started, Exception? failure)
    {
        var request = GatewayRequest.Find(context);
        if (_log.IsEnabled(LogLevel.Debug) && !IsNotable(context, request, failure))
        {
            Write(context, LogLevel.Debug, request, time.GetElapsedTime(started), failure);
        }
    }

    /// <summary>From a closed list, also for failures that the gateway has not decided on.</summary>
    private static string ReasonOf(HttpContext context, GatewayRequest? request, Exception? failure) =>
        request?.Decision is { Outcome: not ("report" or "close") } decision ? decision.Reason
        : context.Features.Get<IForwarderErrorFeature>() is { } fault ? fault.Error.ToString()
        : failure is not null ? "Exception"
        : "ResponseOfDestination";

    /// <summary>Whether an operator should see the request without turning on the access log.</summary>
    private static bool IsNotable(HttpContext context, GatewayRequest? request, Exception? failure) =>
        request?.Decision is not null || failure is not null || GrpcRejection.StatusOf(context) >= 500;

    private void Write(HttpContext context, LogLevel level, GatewayRequest? request, TimeSpan duration, Exception? fault)
    {
        // Claims of an unverified token are never written, not even hashed.
        var (token, decision) = (request?.Token?.Token, request?.Decision);
        // With several tokens, the one that ended the connection may be another than the caller's.
        var named = decision?.Ended?.Token ?? token;
        var route = RequestSpan.RouteOf(context);
#pragma warning disable CA1873 // The callers have checked the level, which the analyzer does not see.
        Answered(
            _log,
            level,
            RequestMethod.Known(context.Request.Method),
            route?.RouteId ?? Absent,
            GrpcRejection.StatusOf(context),
            Math.Round(duration.TotalMilliseconds, 3),
            decision?.Outcome ?? (token is not null ? "allow" : "none"),
            decision?.Reason ?? "none",
            decision?.Issuer ?? token?.Issuer.Name ?? Absent,
            token?.Subject is { } subject ? Pseudonym.Of(token.Issuer.Issuer, subject) : Absent,
            named?.TokenId is { } tokenId ? Pseudonym.Of(named.Issuer.Issuer, tokenId) : Absent,
            route?.ClusterId ?? Absent,
            context.Features.Get<IReverseProxyFeature>()?.ProxiedDestination?.DestinationId ?? Absent,
            fault?.GetType().Name ?? context.Features.Get<IForwarderErrorFeature>()?.Error.ToString() ?? Absent,
            CauseOf(fault ?? context.Features.Get<IForwarderErrorFeature>()?.Exception),
            context.Connection.RemoteIpAddress is { } client ? ForwardedAddress.Of(client) : Absent,
            TraceId.Of(context));
#pragma warning restore CA1873
    }

    /// <summary>
    /// The message of the innermost exception, in one line. A time limit or a client that left says nothing beyond <c>Error</c>.
    /// </summary>
    private static string CauseOf(Exception? fault)
    {
        if (fault is null or OperationCanceledException)
        {
            return Absent;
        }

        var text = VisibleText.Escape(fault.GetBaseException().Message);
        return text.Length > MaxCause ? text[..MaxCause] : text;
    }

    [LoggerMessage(
        EventId = EventIds.RequestAnswered,
        Message = "{Method} on route {Route}: {Status} in {Milliseconds} ms, decision {Decision}, reason {Reason}, issuer {Issuer}, " +
            "subject {SubjectHash}, "
            + "token {TokenIdHash}, destination {Cluster}/{Destination}, error {Error}, cause {Cause}, client {Client}, trace {TraceId}.")]
    private static partial void Answered(
        ILogger logger, LogLevel level, string method, string route, int status, double milliseconds, string decision, string reason,
        string issuer,
        string subjectHash, string tokenIdHash, string cluster, string destination, string error, string cause, string client,
        string traceId);

    [LoggerMessage(
        EventIds.RejectionsOmitted, LogLevel.Warning,
        "{Count} lines of {Kind} requests were omitted, because their number per second is limited. Metrics count all requests.")]
    private static partial void Omitted(ILogger logger, int count, string kind);
}
