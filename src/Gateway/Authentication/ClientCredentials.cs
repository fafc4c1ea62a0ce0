using System.Collections.Immutable;
using System.Net.Http.Headers;
using Gateway.Foundation;
using Gateway.Tokens;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Gateway.Authentication;

/// <summary>
/// Removes the client's credentials before a request is forwarded: those of every token source, also of sources that the route's policy
/// does not read.
/// </summary>
/// <param name="readers">One for each token source.</param>
internal sealed class ClientCredentials(ImmutableArray<TokenReader> readers)
{
    private readonly ImmutableArray<string> _otherHeaders =
    [
        .. readers.SelectMany(reader => reader.Headers).Where(header => !header.IsAuthorization).Select(header => header.Name),
    ];

    private readonly ImmutableArray<string> _cookies = [.. readers.SelectMany(reader => reader.Cookies)];

    /// <summary>The places of all sources that are read on WebSockets and event streams alone.</summary>
    public ConnectionTokens Connections { get; } = new(
        [.. readers.SelectMany(reader => reader.Connections.Protocols)], [.. readers.SelectMany(reader => reader.Connections.Parameters)]);

    /// <summary>The headers that <see cref="RemoveAllHeaders"/> removes.</summary>
    public IEnumerable<string> Headers => _otherHeaders.Prepend(HeaderNames.Authorization);

    /// <summary>
    /// Keeps the client's DPoP proof from the destination, which does not receive the token that the proof is for. A value of the route's
    /// own stays.
    /// </summary>
    public static void RemoveProof(IHeaderDictionary request, HttpRequestHeaders proxied)
    {
        if (request.ContainsKey(DpopProof.Name))
        {
            RemoveSentHeader(DpopProof.Name, request, proxied);
        }
    }

    /// <summary>
    /// Keeps from the destination what the client sent in every header that a token can be in, whether or not one was, and in
    /// <c>Authorization</c>: unverified credentials must not stand beside a verified identity. The client's request
    /// keeps them, because the server reuses a header's text for the next request of the connection only while it is still there. Only
    /// where no transform of the route has run.
    /// </summary>
    public void RemoveAllHeaders(HttpRequestHeaders proxied)
    {
        proxied.Remove(HeaderNames.Authorization);
        foreach (var name in _otherHeaders)
        {
            proxied.Remove(name);
        }
    }

    /// <summary>Like <see cref="RemoveAllHeaders"/>, but keeps values that a transform of the route has set.</summary>
    public void RemoveSentHeaders(IHeaderDictionary request, HttpRequestHeaders proxied)
    {
        RemoveSentHeader(HeaderNames.Authorization, request, proxied);
        foreach (var name in _otherHeaders)
        {
            RemoveSentHeader(name, request, proxied);
        }
    }

    /// <summary>Removes the token cookies from the client's request and keeps the others.</summary>
    public void RemoveCookies(IHeaderDictionary request) => RemoveCookies(request, _cookies);

    /// <summary>
    /// For a request whose tokens travel on: removes the headers and cookies of the sources whose token the decision does not rest on, and
    /// an <c>Authorization</c> that is not a token, or has several values. A DPoP proof travels with its token, and not without.
    /// </summary>
    /// <param name="forwarded">The sources whose tokens travel on.</param>
    public void RemoveOthers(IHeaderDictionary request, ReadOnlySpan<TokenReader> forwarded)
    {
        foreach (var reader in readers)
        {
            if (!forwarded.Contains(reader))
            {
                foreach (var header in reader.Headers)
                {
                    request.Remove(header.Name);
                }

                RemoveCookies(request, reader.Cookies);
            }
        }

        var (isToken, isDpop) = (false, false);
        foreach (var reader in forwarded)
        {
            isToken |= request.Authorization is [{ } value] && reader.IsToken(value);
            isDpop |= reader.IsDpop(request);
        }

        if (!isToken)
        {
            request.Remove(HeaderNames.Authorization);
        }

        if (!isDpop)
        {
            request.Remove(DpopProof.Name);
        }
    }

    private static void RemoveCookies(IHeaderDictionary request, ImmutableArray<string> cookies)
    {
        if (!cookies.IsEmpty && request.Cookie.Count > 0)
        {
            var kept = CookiePairs.Without(request.Cookie, cookies);
            request[HeaderNames.Cookie] = kept.Length == 0 ? StringValues.Empty : new StringValues(kept);
        }
    }

    private static void RemoveSentHeader(string name, IHeaderDictionary request, HttpRequestHeaders proxied)
    {
        if (!proxied.NonValidated.TryGetValues(name, out var values))
        {
            return;
        }

        var sent = request[name];
        foreach (var value in values)
        {
            for (var i = 0; i < sent.Count; i++)
            {
                if (value == sent[i])
                {
                    proxied.Remove(name);
                    return;
                }
            }
        }
    }
}
