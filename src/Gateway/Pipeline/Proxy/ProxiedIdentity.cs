using System.Net.Http.Headers;
using Gateway.Authentication;
using Gateway.Identity;
using Gateway.Runtime;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// Takes the client's credentials out of a proxied request and sets the identity headers. It is also the last gate: a request that no policy
/// has let through is not forwarded, whatever happened before.
/// </summary>
internal static class ProxiedIdentity
{
    /// <param name="destination">The address that the request is about to be sent to.</param>
    /// <param name="isPlain">Whether the route has no transforms of its own, so that every header of the proxied request is the client's.</param>
    /// <returns>False when the request has been answered instead.</returns>
    public static bool TrySet(HttpContext context, HttpRequestHeaders proxied, string destination, bool isPlain)
    {
        if (GatewayRequest.Find(context) is not { IsAllowed: true, Route: { } route } request)
        {
            throw new InvalidOperationException("A request reached the proxy without the decision of a policy.");
        }

        if (!route.LeadsTo(destination))
        {
            // The configuration changed under the request. It is judged anew when it comes again. The body is the problem stage's: what is
            // written here must not look like an answer that may be forwarded still, which that to a gRPC client does.
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "1";
            context.Features.Set<IForwarderErrorFeature>(new ProxyFault(ForwarderError.NoAvailableDestinations));
            return false;
        }

        if (!route.Policy.KeepsCredentials)
        {
            var reader = route.Snapshot.Settings.Tokens;
            if (isPlain)
            {
                reader.RemoveAllHeaders(proxied);
            }
            else
            {
                reader.RemoveSentHeaders(context.Request.Headers, proxied);
            }

            TokenReader.RemoveProof(context.Request.Headers, proxied);
        }

        if (request.Token is { } token)
        {
            Set(token.IdentityHeaders.AsSpan(), proxied);
        }

        return true;
    }

    /// <summary>For the request to the destination, whose headers have none of these names.</summary>
    public static void Set(ReadOnlySpan<IdentityHeader> identity, HttpRequestHeaders headers)
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

    private static void Add(ReadOnlySpan<IdentityHeader> identity, HttpRequestHeaders headers)
    {
        foreach (var header in identity)
        {
            headers.TryAddWithoutValidation(header.Name, header.Value);
        }
    }
}
