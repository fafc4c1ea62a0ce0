using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Identity;

/// <summary>
/// Forwards a request as YARP does on a route without transforms of its own, with the identity instead of the client's credentials. YARP's
/// own way there is a list of transforms, which look for headers that the stage of hygiene has removed already
/// (docs/decisions/0007-frames.md).
/// </summary>
internal sealed class PlainTransformer : HttpTransformer
{
    public static readonly PlainTransformer Instance = new();

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        if (IdentityTransform.Pass(httpContext, destinationPrefix, out var token) is not { } route)
        {
            return;
        }

        var headers = proxyRequest.Headers;
        if (!route.Policy.ForwardToken)
        {
            route.Snapshot.Settings.Tokens.RemoveHeaders(headers);
        }

        if (token is not null)
        {
            IdentityTransform.Set(token.IdentityHeaders, headers);
        }

        headers.Host = httpContext.GetReverseProxyFeature().ProxiedDestination?.Model.Config.Host;
        var request = httpContext.Request;
        if (httpContext.Connection.RemoteIpAddress is { } client)
        {
            headers.TryAddWithoutValidation("X-Forwarded-For", client.ToString());
        }

        if (request.Host.HasValue)
        {
            headers.TryAddWithoutValidation("X-Forwarded-Host", request.Host.ToUriComponent());
        }

        headers.TryAddWithoutValidation("X-Forwarded-Proto", request.Scheme);
    }
}
