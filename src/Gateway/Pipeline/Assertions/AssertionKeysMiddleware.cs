using Gateway.Identity;
using Gateway.Runtime;
using Microsoft.Net.Http.Headers;

namespace Gateway.Pipeline.Assertions;

/// <summary>
/// <c>GET /.well-known/jwks.json</c>: the public keys of the assertions, with which destinations verify them. Only with
/// <c>Gateway:Identity:Assertion</c>, at its <c>JwksPath</c>; the path is then the gateway's. Public, as every JWK Set is.
/// </summary>
internal sealed class AssertionKeysMiddleware(RequestDelegate next)
{
    // A key that is added to the file is known to every destination after this time, and may sign from then on.
    private const string CacheControl = "public, max-age=300";
    private const string Methods = "GET, HEAD";

    public Task InvokeAsync(HttpContext context)
    {
        var snapshot = GatewayRequest.Of(context).Snapshot;
        return snapshot.AssertionKeys is not { } keys
            // Without regard to case, as routing matches: another spelling must not reach a route with the same path.
            || !context.Request.Path.Equals(snapshot.Settings.Identity.Assertion!.JwksPath, StringComparison.OrdinalIgnoreCase)
            ? next(context)
            : AnswerAsync(context, keys);
    }

    private static Task AnswerAsync(HttpContext context, AssertionKeys keys)
    {
        var response = context.Response;
        var method = context.Request.Method;
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = Methods;
            return Task.CompletedTask;
        }

        // Read once: a rotation between two reads would send the tag of one set with the body of the other.
        var published = keys.Current;
        response.Headers.CacheControl = CacheControl;
        response.Headers.ETag = published.EntityTag;
        if (IsKnown(context.Request, published.EntityTag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = "application/json";
        response.ContentLength = published.Jwks.Length;
        return HttpMethods.IsHead(method) ? Task.CompletedTask : response.Body.WriteAsync(published.Jwks, context.RequestAborted).AsTask();
    }

    /// <summary>RFC 9110 section 13.1.2.</summary>
    private static bool IsKnown(HttpRequest request, string entityTag) =>
        EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var known)
        && known.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Tag.Equals(entityTag, StringComparison.Ordinal));
}
