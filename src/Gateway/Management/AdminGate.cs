using Gateway.Pipeline.Hygiene;
using Gateway.Runtime;

namespace Gateway.Management;

/// <summary>
/// Rejects, before authentication, requests that no token can authorize: requests of web pages; without a policy, all requests outside
/// Development, and in Development those with a host name other than loopback's.
/// </summary>
internal sealed class AdminGate(RequestDelegate next, LiveGateway live, IHostEnvironment environment)
{
    /// <summary>The beginning of every route of the administration. Probes and <c>/metrics</c> lie outside it and need no token.</summary>
    public const string Path = "/admin";

    public Task InvokeAsync(HttpContext context)
    {
        var entry = EntryOf(context);
        entry.Protect(context.Response.Headers);
        var snapshot = live.Current;
        // One snapshot for the whole call: a reload between authentication and authorization must not mix two configurations.
        context.Features.Set(snapshot);
        if (StatusOf(context.Request, snapshot.Settings.Management.Policy is not null) is { } status)
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        }

        return entry.IsFromElsewhere(context.Request) ? entry.RejectFromElsewhereAsync(context) : next(context);
    }

    /// <summary>Decided by the route, so that an endpoint without the metadata causes a fault and is not open.</summary>
    public static bool IsAdministration(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route }
            && route.StartsWith(Path, StringComparison.OrdinalIgnoreCase);

    /// <summary>Only for requests that <see cref="IsAdministration"/> has found to have an endpoint.</summary>
    public static AdminEntry EntryOf(HttpContext context) => context.GetEndpoint()!.Metadata.GetRequiredMetadata<AdminEntry>();

    /// <summary>The status of the rejection; null when the request may go on.</summary>
    private int? StatusOf(HttpRequest request, bool hasPolicy)
    {
        // Without a policy, /admin exists in Development only.
        var isAbsent = !hasPolicy && !environment.IsDevelopment();
        if (isAbsent)
        {
            return StatusCodes.Status404NotFound;
        }

        // Request.Host throws for a host that is not valid punycode.
        if (!HostHeader.IsClear(request.Headers))
        {
            return StatusCodes.Status400BadRequest;
        }

        // Without a policy no credentials are required. A web page could resolve its own host name to loopback (DNS rebinding), and its
        // requests would then count as same-origin.
        var isRebound = !hasPolicy && request.Host.Host is not ("localhost" or "127.0.0.1");
        return isRebound ? StatusCodes.Status403Forbidden : null;
    }
}
