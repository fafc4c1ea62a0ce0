using System.Collections.Immutable;
using System.Net.Http.Headers;
using Gateway.Authentication;
using Gateway.Authorization;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway.Identity;

/// <summary>
/// Takes the client's credentials out of every proxied request and sets the identity headers, on routes with transforms of their own after
/// these. It is also the last gate: a request that no policy has let through is not forwarded, whatever happened before.
/// </summary>
internal sealed class IdentityTransform : ITransformProvider
{
    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context) => context.AddRequestTransform(SetIdentity);

    /// <summary>The route of a request that may go to this destination; null when it has been answered instead.</summary>
    public static ProtectedRoute? Pass(HttpContext context, string destination, out VerifiedToken? token)
    {
        if (GatewayRequest.Find(context) is not { IsAllowed: true, Route: { } route } request)
        {
            throw new InvalidOperationException("A request reached the proxy without the decision of a policy.");
        }

        token = request.Token;
        if (route.LeadsTo(destination))
        {
            return route;
        }

        // The configuration changed under the request. It is judged anew when it comes again.
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = "1";
        return null;
    }

    /// <summary>For the request to the destination, whose headers have none of these names.</summary>
    public static void Set(ImmutableArray<IdentityHeader> identity, HttpRequestHeaders headers)
    {
        var count = headers.NonValidated.Count;
        Add(identity, headers);
        if (headers.NonValidated.Count == count + identity.Length)
        {
            return;
        }

        // Another stage has let such a name through, which none should: ours alone may stand there.
        foreach (var header in identity)
        {
            headers.Remove(header.Name);
        }

        Add(identity, headers);
    }

    private static void Add(ImmutableArray<IdentityHeader> identity, HttpRequestHeaders headers)
    {
        foreach (var header in identity)
        {
            headers.TryAddWithoutValidation(header.Name, header.Value);
        }
    }

    private static ValueTask SetIdentity(RequestTransformContext context)
    {
        if (Pass(context.HttpContext, context.DestinationPrefix, out var token) is not { } route)
        {
            return ValueTask.CompletedTask;
        }

        var headers = context.ProxyRequest.Headers;
        if (!route.Policy.ForwardToken)
        {
            route.Snapshot.Settings.Tokens.RemoveSentHeaders(context.HttpContext.Request.Headers, headers);
        }

        if (token is not null)
        {
            Set(token.IdentityHeaders, headers);
        }

        return ValueTask.CompletedTask;
    }
}
