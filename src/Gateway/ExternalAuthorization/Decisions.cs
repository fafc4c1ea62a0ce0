using Gateway.Identity;
using Gateway.Runtime;
using Microsoft.Net.Http.Headers;

namespace Gateway.ExternalAuthorization;

/// <summary>
/// Decides on requests that other proxies describe: sends each through the stages of the public listener that decide (GatewayPipeline.cs),
/// in memory. Token cache, revocations and rate limits are those of the public listener.
/// </summary>
internal sealed class Decisions(IServiceScopeFactory scopes)
{
    // Null until the pipeline is put together, before any server starts.
    private Lazy<RequestDelegate>? _stages;

    /// <summary>Sets how the stages are built. They are built for the first request, when all routes are known.</summary>
    public void Use(Func<RequestDelegate> build) => _stages = new Lazy<RequestDelegate>(build);

    /// <summary>
    /// Decides on one request. Anything but an explicit <see cref="Allow"/> is a rejection, so that a stage that ends without a response
    /// lets nothing pass.
    /// </summary>
    /// <param name="traceIdentifier">Names the request in log and problem where it belongs to no trace.</param>
    public async Task<Decision> DecideAsync(DescribedRequest described, string traceIdentifier, CancellationToken aborted)
    {
        await using var request = new DescribedContext(described, scopes, traceIdentifier, aborted);
        var context = request.Context;
        await _stages!.Value(context);
        if (request.IsAllowed)
        {
            return DecisionHeaders.Of(context, described);
        }

        // Before the headers are read: stages add some of them at the start of the response.
        var body = await request.CompleteAsync();
        var headers = new List<IdentityHeader>();
        foreach (var (name, values) in context.Response.Headers)
        {
            // They frame this response, or the connection to the client, which the proxy does itself.
            if (name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase)
                || name.Equals(HeaderNames.Connection, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (var value in values)
            {
                headers.Add(new IdentityHeader(name, value ?? ""));
            }
        }

        // A status that means success to the proxy must not leave here.
        return new RejectedRequest(Math.Max(context.Response.StatusCode, StatusCodes.Status400BadRequest), headers, body);
    }

    /// <summary>Lets requests of routes pass; others end here with 404, or with the 405 that routing has prepared.</summary>
    public static Task RequireRoute(HttpContext context, RequestDelegate next)
    {
        if (ProtectedRoute.Of(context) is not null)
        {
            return next(context);
        }

        // An endpoint with a pattern is one that a fork has added: it is no route, and must not run here.
        if (context.GetEndpoint() is { RequestDelegate: { } answer } and not RouteEndpoint)
        {
            return answer(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    /// <summary>The last stage, where the public listener forwards.</summary>
    public static Task Allow(HttpContext context)
    {
        DescribedContext.Of(context).IsAllowed = GatewayRequest.Of(context).IsAllowed;
        return Task.CompletedTask;
    }
}
