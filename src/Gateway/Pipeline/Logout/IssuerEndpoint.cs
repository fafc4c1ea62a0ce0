using System.Collections.Immutable;

namespace Gateway.Pipeline.Logout;

/// <summary>An endpoint with a path for each issuer that enables it, to which the issuer posts.</summary>
internal static class IssuerEndpoint
{
    /// <summary>The issuer that a POST is for; null after a response with 404 or 405.</summary>
    /// <param name="rest">What follows the endpoint's own path.</param>
    public static string? Accept(HttpContext context, PathString rest, ImmutableArray<string> issuers)
    {
        var issuer = issuers.FirstOrDefault(name => rest.Equals("/" + name, StringComparison.OrdinalIgnoreCase));
        if (issuer is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return null;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = HttpMethods.Post;
            return null;
        }

        return issuer;
    }
}
