using System.Runtime.ExceptionServices;
using Gateway.Errors;
using Gateway.Foundation;
using Gateway.Pipeline.Hygiene;
using Gateway.Pipeline.Telemetry;
using Gateway.Runtime;
using Gateway.Telemetry;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Pipeline.Problems;

/// <summary>
/// Writes a body for failures that have none: no route, a wrong method, a destination that did not respond, and unexpected exceptions.
/// Responses of destinations are not changed.
/// </summary>
internal sealed partial class ProblemMiddleware(
    RequestDelegate next, AccessLog log, RecentRequests recent, ILogger<ProblemMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        recent.Began();
        var started = log.Start();
        Exception? failure = null;
        try
        {
            await next(context);
        }
#pragma warning disable CA1031 // The client must get a response after any exception.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            failure = fault;
        }

        // A separate method, so that the async state of ordinary requests stays small.
        if (failure is not null || context.Response.StatusCode >= 400)
        {
            await RespondAsync(context, failure, started);
        }
        else
        {
            log.Notable(context, started, null);
        }
    }

    /// <summary>Responds to a failure. The order of the cases matters: each one assumes that the ones before it do not apply.</summary>
    private async Task RespondAsync(HttpContext context, Exception? failure, long started)
    {
        if (failure is not null && HasResponse(context.Response))
        {
            // A complete response was written before the failure. Bytes in the server's buffer cannot be removed, and a second response
            // after it would be invalid.
            Faulted(logger, failure);
        }
        else if (failure is BadHttpRequestException fault && !context.Response.HasStarted)
        {
            // Kestrel rejected the request while it was being read, such as a body over the limit.
            context.Response.Clear();
            await Problem.WriteAsync(context, fault.StatusCode);
            if (GatewayRequest.Find(context) is not null && fault.StatusCode == StatusCodes.Status400BadRequest)
            {
                AuthDecision.Ambiguous(context, nameof(RequestFault.Unreadable));
            }

            failure = null;
        }
        else if (failure is not null && (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested))
        {
            log.Notable(context, started, failure);
            // The response has begun or the client is gone, so no other one can be sent. The server ends the connection, which clients see.
            ExceptionDispatchInfo.Throw(failure);
        }
        else if (failure is not null)
        {
            // The last resort: after any exception, the client gets a problem without details and nothing is forwarded.
            Faulted(logger, failure);
            context.Response.Clear();
            await Problem.WriteAsync(context, StatusCodes.Status500InternalServerError);
        }
        else if (!context.Response.HasStarted && IsOfGateway(context))
        {
            await Problem.WriteAsync(context, HasTimedOut(context) ? StatusCodes.Status504GatewayTimeout : context.Response.StatusCode);
        }

        log.Notable(context, started, failure);
    }

    private static bool HasResponse(HttpResponse response) =>
        !response.HasStarted && response.BodyWriter is { CanGetUnflushedBytes: true, UnflushedBytes: > 0 };

    /// <summary>
    /// YARP reports a route's timeout like a client that has disconnected. If the client is still connected, it was the timeout.
    /// </summary>
    private static bool HasTimedOut(HttpContext context) =>
        context.Features.Get<IForwarderErrorFeature>() is { Error: ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled }
        && !context.RequestAborted.IsCancellationRequested;

    /// <summary>
    /// Whether the gateway has made the failure. A destination's own error response passes unchanged, also one without a body.
    /// </summary>
    private static bool IsOfGateway(HttpContext context) =>
        context.Response.ContentType is null
        && (context.Features.Get<IForwarderErrorFeature>() is not null || ProtectedRoute.Of(context) is null);

    [LoggerMessage(EventIds.RequestFaulted, LogLevel.Error, "A request failed inside the gateway.")]
    private static partial void Faulted(ILogger logger, Exception fault);
}
