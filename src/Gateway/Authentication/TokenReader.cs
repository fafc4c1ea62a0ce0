using System.Collections.Immutable;
using System.Net.Http.Headers;
using Gateway.Foundation;
using Gateway.Jose;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Gateway.Authentication;

/// <summary>A header that may carry a token, with the schemes that may stand before it; none means that the value is the token.</summary>
internal sealed record TokenHeader(string Name, ImmutableArray<string> Schemes);

/// <summary>The token, or why there is none; the reason counts only without one.</summary>
internal readonly record struct TokenSearch(string? Token, RejectionReason Reason);

/// <summary>
/// Finds the one token of a request and takes it out again before the request is forwarded. More than one is rejected: two readers
/// could disagree which of them counts (RFC 6750 section 2).
/// </summary>
internal sealed class TokenReader(ImmutableArray<TokenHeader> headers, ImmutableArray<string> cookies, ConnectionTokens connections)
{
    private readonly ImmutableArray<string> _otherHeaders =
        [.. headers.Select(header => header.Name).Where(name => !name.Equals(HeaderNames.Authorization, StringComparison.OrdinalIgnoreCase))];

    /// <summary>The headers that are read on every request.</summary>
    public ImmutableArray<TokenHeader> Headers => headers;

    /// <summary>The cookies that are read on every request.</summary>
    public ImmutableArray<string> Cookies => cookies;

    /// <summary>The places that are read on WebSockets and event streams alone.</summary>
    public ConnectionTokens Connections { get; } = connections;

    /// <summary>For a WebSocket or an event stream: the other places are read too.</summary>
    public bool TryRead(HttpRequest request, bool isWebSocket, out ReadOnlyMemory<char> token, out RejectionReason reason)
    {
        if (!TryRead(request.Headers, out token, out reason) && reason != RejectionReason.Missing)
        {
            return false;
        }

        foreach (var found in Connections.Find(request.Headers, request.QueryString.Value, isWebSocket))
        {
            if (!TryAdd(found, ref token, ref reason))
            {
                return false;
            }
        }

        return reason == default;
    }

    /// <summary>False with the reason when there is no token to validate.</summary>
    public bool TryRead(IHeaderDictionary request, out ReadOnlyMemory<char> token, out RejectionReason reason)
    {
        token = default;
        reason = RejectionReason.Missing;
        foreach (var header in headers)
        {
            var values = request[header.Name];
            if (values.Count > 0 && !TryReadHeader(header, values, ref token, ref reason))
            {
                return false;
            }
        }

        if (!cookies.IsEmpty && !TryReadCookies(request.Cookie, ref token, ref reason))
        {
            return false;
        }

        return reason == default;
    }

    /// <summary>
    /// Keeps from the destination what the client sent in every header that a token can be in, whether or not one was, and in
    /// <c>Authorization</c>: credentials that nobody checked must not stand beside an identity that somebody did. The client's request
    /// keeps them, because the server reuses a header's text for the next request of the connection only while it is still there. Only where
    /// no transform of the route has run.
    /// </summary>
    public void RemoveAllHeaders(HttpRequestHeaders proxied)
    {
        proxied.Remove(HeaderNames.Authorization);
        foreach (var name in _otherHeaders)
        {
            proxied.Remove(name);
        }
    }

    /// <summary>Like <see cref="RemoveAllHeaders"/>, but keeps a value that the client did not send: the route's own.</summary>
    public void RemoveSentHeaders(IHeaderDictionary request, HttpRequestHeaders proxied)
    {
        RemoveSentHeader(HeaderNames.Authorization, request, proxied);
        foreach (var name in _otherHeaders)
        {
            RemoveSentHeader(name, request, proxied);
        }
    }

    /// <summary>Takes token cookies out of the client's request; others stay.</summary>
    public void RemoveCookies(IHeaderDictionary request)
    {
        if (!cookies.IsEmpty && request.Cookie.Count > 0)
        {
            var kept = CookiePairs.Without(request.Cookie, cookies);
            request[HeaderNames.Cookie] = kept.Length == 0 ? StringValues.Empty : new StringValues(kept);
        }
    }

    /// <summary>For a request whose token travels on: removes an <c>Authorization</c> that is not the token, and one of several values.</summary>
    public void RemoveOtherCredentials(IHeaderDictionary request)
    {
        if (request.Authorization is not [{ } value] || !headers.Any(header => IsToken(header, value)))
        {
            request.Remove(HeaderNames.Authorization);
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

    private static bool IsToken(TokenHeader header, string authorization) =>
        header.Name.Equals(HeaderNames.Authorization, StringComparison.OrdinalIgnoreCase)
        && (header.Schemes.IsEmpty
            || header.Schemes.Any(scheme => authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
                && authorization.Length > scheme.Length
                && authorization[scheme.Length] == ' '));

    private static bool TryReadHeader(TokenHeader header, StringValues values, ref ReadOnlyMemory<char> token, ref RejectionReason reason)
    {
        var value = values[0] ?? "";
        if (values.Count > 1)
        {
            reason = RejectionReason.MultipleTokens;
            return false;
        }

        if (header.Schemes.IsEmpty)
        {
            return TryAdd(value.AsMemory(), ref token, ref reason);
        }

        foreach (var scheme in header.Schemes)
        {
            if (!value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (value.Length == scheme.Length || value[scheme.Length] == ' ')
            {
                return TryAdd(value.AsMemory(scheme.Length).TrimStart(' '), ref token, ref reason);
            }

            if (!HeaderSyntax.TokenCharacters.Contains(value[scheme.Length]))
            {
                // Some reader takes a tab or a comma for the end of the scheme, and what follows for the token.
                reason = RejectionReason.Malformed;
                return false;
            }
        }

        // Credentials of another scheme are no access token of ours.
        return true;
    }

    private bool TryReadCookies(StringValues values, ref ReadOnlyMemory<char> token, ref RejectionReason reason)
    {
        foreach (var pair in CookiePairs.Of(values))
        {
            if (cookies.Contains(pair.Name) && !TryAdd(pair.Value, ref token, ref reason))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryAdd(ReadOnlyMemory<char> found, ref ReadOnlyMemory<char> token, ref RejectionReason reason)
    {
        if (reason == default || found.Span.Contains(','))
        {
            reason = RejectionReason.MultipleTokens;
            return false;
        }

        if (found.IsEmpty)
        {
            reason = RejectionReason.Malformed;
            return false;
        }

        token = found;
        reason = default;
        return true;
    }
}
