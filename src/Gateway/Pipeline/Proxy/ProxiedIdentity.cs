using System.Net.Http.Headers;
using Gateway.Authentication;
using Gateway.Errors;
using Gateway.Identity;
using Gateway.Runtime;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// Removes the client's credentials from a proxied request and sets the identity headers. It is also the last check: a request that no
/// policy has allowed is never forwarded.
/// </summary>
internal static class ProxiedIdentity
{
    /// <param name="destination">The address that the request is about to be sent to.</param>
    /// <param name="isPlain">True when the route has no transforms of its own, so that every header of the proxied request is the
    /// client's.</param>
    /// <returns>False when the gateway responds to the request itself.</returns>
    public static bool TrySet(HttpContext context, GatewayRequest request, HttpRequestHeaders proxied, string destination, bool isPlain)
    {
        if (request is not { IsAllowed: true, Route: { } route })
        {
            throw new InvalidOperationException("A request reached the proxy without the decision of a policy.");
        }

        if (!route.LeadsTo(destination))
        {
            // A reload has changed the cluster, so the policy that was applied may not be the one for this destination. The client is to
            // retry. The problem stage writes the body: a gRPC response written here would look like one to forward.
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.SetRetryAfter();
            context.Features.Set<IForwarderErrorFeature>(new ProxyFault(ForwarderError.NoAvailableDestinations));
            return false;
        }

        if (!route.Policy.KeepsCredentials)
        {
            var credentials = route.Snapshot.Settings.Credentials;
            // A transform may have set a header of this name on purpose, such as Authorization with a fixed key. Only the client's value is
            // removed.
            if (isPlain)
            {
                credentials.RemoveAllHeaders(proxied);
            }
            else
            {
                credentials.RemoveSentHeaders(context.Request.Headers, proxied);
            }

            ClientCredentials.RemoveProof(context.Request.Headers, proxied);
        }

        if (request.Token is { } token)
        {
            Set(token.IdentityHeaders.AsSpan(), proxied);
            if (route.Assertion is { } assertion)
            {
                Set([new IdentityHeader(assertion.Header, token.AssertionFor(assertion))], proxied);
            }
        }

        if (request.ExchangedAuthorization is { } authorization)
        {
            Set([new IdentityHeader("Authorization", authorization)], proxied);
        }
        else if (request.Token is not null && route.Exchange is not null)
        {
            throw new InvalidOperationException("A request reached the proxy without the token that its cluster exchanges.");
        }

        return true;
    }

    /// <summary>Adds the identity headers to the request to the destination.</summary>
    public static void Set(ReadOnlySpan<IdentityHeader> identity, HttpRequestHeaders headers)
    {
        var count = headers.NonValidated.Count;
        Add(identity, headers);
        if (headers.NonValidated.Count == count + identity.Length)
        {
            return;
        }

        // A header with such a name is left although hygiene removes them. Remove it, so that only the gateway's value is forwarded.
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
