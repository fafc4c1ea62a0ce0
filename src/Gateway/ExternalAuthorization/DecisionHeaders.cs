using Gateway.Foundation;
using Gateway.Identity;
using Gateway.Runtime;
using Gateway.Tokens;
using Microsoft.Net.Http.Headers;

namespace Gateway.ExternalAuthorization;

/// <summary>Compares the headers that the client sent with those that the stages left, and says what the proxy has to change.</summary>
internal static class DecisionHeaders
{
    /// <summary>
    /// Whether a change means nothing: the host is the proxy's to choose, and the content type was hidden from the stages.
    /// </summary>
    public static bool IsIgnored(string name) =>
        name.Equals(HeaderNames.Host, StringComparison.OrdinalIgnoreCase)
            || name.Equals(HeaderNames.ContentType, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The changes for an allowed request. Every header that only the gateway may set is named, with its value or as absent, so that a
    /// client's copy never passes.
    /// </summary>
    public static AllowedRequest Of(HttpContext context, DescribedRequest described)
    {
        var request = GatewayRequest.Of(context);
        var route = request.Route!;
        var settings = route.Snapshot.Settings;
        var headers = context.Request.Headers;
        var owned = ProtectedHeaders.WithDefaults(settings.Identity.HeaderNames);
        // The proxy stage would remove the credentials. Here there is no such stage, so they are removed before the comparison.
        if (!route.Policy.KeepsCredentials)
        {
            owned = owned.Concat(settings.Credentials.Headers);
            foreach (var name in settings.Credentials.Headers.Append(DpopProof.Name))
            {
                headers.Remove(name);
            }
        }

        var set = IdentityOf(request, route);
        var absent = owned.Distinct(StringComparer.OrdinalIgnoreCase).Where(name => !Has(set, name)).ToList();
        var removed = new List<string>();
        foreach (var (name, values) in described.Headers)
        {
            if (IsIgnored(name)
                || described.LeavesToProxy(name)
                || Has(set, name)
                || absent.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            var kept = headers[name];
            if (kept.Count == 0)
            {
                removed.Add(name);
            }
            else if (kept != values)
            {
                set.Add(new IdentityHeader(name, kept.ToString()));
            }
        }

        var query = described.Split().Query;
        // Envoy removes a parameter by its name as it was sent, in any spelling that was read as a token.
        return new AllowedRequest(
            set, absent, removed,
            context.Request.QueryString.Value == query ? [] : [.. QueryPairs.NamesIn(query, settings.Credentials.Connections.Parameters)]);
    }

    /// <summary>What the proxy stage would add: identity headers, signed assertion, and the token that the cluster exchanges.</summary>
    private static List<IdentityHeader> IdentityOf(GatewayRequest request, ProtectedRoute route)
    {
        List<IdentityHeader> set = [];
        if (request.Token is { } token)
        {
            set.AddRange(token.IdentityHeaders);
            if (route.Assertion is { } assertion)
            {
                set.Add(new IdentityHeader(assertion.Header, token.AssertionFor(assertion)));
            }
        }

        if (request.ExchangedAuthorization is { } authorization)
        {
            set.Add(new IdentityHeader(HeaderNames.Authorization, authorization));
        }

        return set;
    }

    private static bool Has(List<IdentityHeader> headers, string name)
    {
        foreach (var header in headers)
        {
            if (header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
