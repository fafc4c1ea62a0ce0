using System.Diagnostics;
using Gateway.Authentication;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Gateway.Observability;

/// <summary>
/// One line in the access log and one completed span for a request. The line of a request that was refused, or that failed, is
/// written at Information and answers "why?" by trace id; that of any other at Debug. Costs nothing when neither is asked for.
/// </summary>
internal sealed partial class RequestTelemetryMiddleware(RequestDelegate next, TimeProvider time, ILoggerFactory loggers)
{
    public const string Category = "Gateway.Access";

    private const string Absent = "-";

    private readonly ILogger _log = loggers.CreateLogger(Category);

    public Task InvokeAsync(HttpContext context)
    {
        var span = Activity.Current is { IsAllDataRequested: true } activity ? activity : null;
        return span is not null || _log.IsEnabled(LogLevel.Information) ? ObserveAsync(context, span) : next(context);
    }

    private async Task ObserveAsync(HttpContext context, Activity? span)
    {
        var started = time.GetTimestamp();
        try
        {
            await next(context);
        }
        catch (Exception fault)
        {
            End(context, span, started, fault);
            throw;
        }

        End(context, span, started, null);
    }

    private void End(HttpContext context, Activity? span, long started, Exception? fault)
    {
        if (span is not null)
        {
            RequestSpan.Complete(span, context, fault);
        }

        Write(context, context.Features.Get<AuthDecision>(), time.GetElapsedTime(started), fault);
    }

    private void Write(HttpContext context, AuthDecision? decision, TimeSpan duration, Exception? fault)
    {
        var level = decision is not null || context.Response.StatusCode >= 500 ? LogLevel.Information : LogLevel.Debug;
        if (!_log.IsEnabled(level))
        {
            return;
        }

        // Nothing of a token that was not verified is written, not even hashed.
        var token = context.Features.Get<VerifiedToken>()?.Token;
        var route = RequestSpan.RouteOf(context);
#pragma warning disable CA1873 // The level has been asked for above; the analyzer knows constant levels only.
        Answered(
            _log,
            level,
            RequestMethod.Known(context.Request.Method),
            route?.RouteId ?? Absent,
            context.Response.StatusCode,
            Math.Round(duration.TotalMilliseconds, 3),
            decision?.Outcome ?? (token is not null ? "allow" : "none"),
            decision?.Reason ?? "none",
            decision?.Issuer ?? token?.Issuer.Name ?? Absent,
            token?.Subject is { } subject ? Pseudonym.Of(token.Issuer.Issuer, subject) : Absent,
            token?.TokenId is { } tokenId ? Pseudonym.Of(token.Issuer.Issuer, tokenId) : Absent,
            route?.ClusterId ?? Absent,
            context.Features.Get<IReverseProxyFeature>()?.ProxiedDestination?.DestinationId ?? Absent,
            fault?.GetType().Name ?? context.Features.Get<IForwarderErrorFeature>()?.Error.ToString() ?? Absent,
            context.Connection.RemoteIpAddress?.ToString() ?? Absent,
            TraceId.Of(context));
#pragma warning restore CA1873
    }

    [LoggerMessage(
        EventId = EventIds.RequestAnswered,
        Message = "{Method} on route {Route}: {Status} in {Milliseconds} ms, {Decision} for {Reason}, issuer {Issuer}, subject {SubjectHash}, "
            + "token {TokenIdHash}, destination {Cluster}/{Destination}, error {Error}, client {Client}, trace {TraceId}.")]
    private static partial void Answered(
        ILogger logger, LogLevel level, string method, string route, int status, double milliseconds, string decision, string reason, string issuer,
        string subjectHash, string tokenIdHash, string cluster, string destination, string error, string client, string traceId);
}
