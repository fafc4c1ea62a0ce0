using Gateway.RouteFeatures.Resources;
using Gateway.Runtime;

namespace Gateway.Pipeline.Resources;

/// <summary>
/// <c>GET /.well-known/oauth-protected-resource[/path]</c>: which issuer to ask for tokens (RFC 9728). Only where <c>Gateway:Resources</c>
/// has one; then everything below this path is the gateway's. Public, like everything that a client needs before it has a token.
/// </summary>
internal sealed class ResourceMetadataMiddleware(RequestDelegate next)
{
    // A change of the configuration reaches clients within this time.
    private const string CacheControl = "public, max-age=300";
    private const string Methods = "GET, HEAD";

    public Task InvokeAsync(HttpContext context) =>
        // The path first: to compare it costs less than to find the snapshot of the request.
        !context.Request.Path.StartsWithSegments(ProtectedResource.WellKnown, StringComparison.OrdinalIgnoreCase, out var rest)
            || GatewayRequest.Of(context).Snapshot.Settings.Resources is not { IsEmpty: false } resources
            ? next(context)
            // By host and path: one gateway may serve several resources, and the document names its own address.
            : AnswerAsync(context, resources.Find(rest, context.Request.Host));

    private static Task AnswerAsync(HttpContext context, ProtectedResource? resource)
    {
        var response = context.Response;
        // Applications in a browser discover too, from any origin; the document is the same for each.
        response.Headers.AccessControlAllowOrigin = "*";
        var method = context.Request.Method;
        // Also where no resource is: a page whose preflight fails cannot see the 404, and does not try the next address.
        if (HttpMethods.IsOptions(method))
        {
            response.StatusCode = StatusCodes.Status204NoContent;
            response.Headers.AccessControlAllowMethods = Methods;
            response.Headers.AccessControlAllowHeaders = "*";
            response.Headers.Allow = $"{Methods}, OPTIONS";
            return Task.CompletedTask;
        }

        if (resource is null)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = $"{Methods}, OPTIONS";
            return Task.CompletedTask;
        }

        response.ContentType = "application/json";
        response.ContentLength = resource.Metadata.Length;
        response.Headers.CacheControl = CacheControl;
        return HttpMethods.IsHead(method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(resource.Metadata, context.RequestAborted).AsTask();
    }
}
