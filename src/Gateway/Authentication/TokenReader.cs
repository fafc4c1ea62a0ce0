using System.Collections.Immutable;
using Gateway.Foundation;
using Gateway.Jose;
using Gateway.Tokens;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Gateway.Authentication;

/// <summary>
/// A header that may carry a token, with the schemes that may stand before it; none means that the value is the token. In
/// <c>Authorization</c> the scheme <c>DPoP</c> may always stand there.
/// </summary>
internal sealed record TokenHeader(string Name, ImmutableArray<string> Schemes)
{
    public bool IsAuthorization { get; } = Name.Equals(HeaderNames.Authorization, StringComparison.OrdinalIgnoreCase);

    public ImmutableArray<string> ReadSchemes { get; } =
        Name.Equals(HeaderNames.Authorization, StringComparison.OrdinalIgnoreCase) ? Schemes.Add(DpopProof.Name) : Schemes;
}

/// <summary>The token, or the reason why the request has none. The reason is valid only without a token.</summary>
internal readonly record struct TokenSearch(string? Token, RejectionReason Reason);

/// <summary>
/// Finds the token of a request in one token source: the token sources without a name together, or the place of one name. More than one
/// token there is rejected, because gateway and destination could use different ones (RFC 6750 section 2). <see cref="ClientCredentials"/>
/// removes them.
/// </summary>
internal sealed class TokenReader(ImmutableArray<TokenHeader> headers, ImmutableArray<string> cookies, ConnectionTokens connections)
{
    /// <summary>The headers that are read on every request.</summary>
    public ImmutableArray<TokenHeader> Headers => headers;

    /// <summary>The cookies that are read on every request.</summary>
    public ImmutableArray<string> Cookies => cookies;

    /// <summary>Whether tokens may come with the scheme <c>DPoP</c> (RFC 9449 section 7.1), which only <c>Authorization</c> has.</summary>
    public bool AcceptsDpop { get; } = headers.Any(header => header.IsAuthorization);

    /// <summary>The places that are read on WebSockets and event streams alone.</summary>
    public ConnectionTokens Connections { get; } = connections;

    /// <summary>Reads the token of a WebSocket or event stream, also from <see cref="Connections"/>.</summary>
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

    /// <summary>Reads the token. False, with the reason, when there is none to validate.</summary>
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
    /// Whether the token that was read came with the scheme <c>DPoP</c>. It has no meaning where more than one was found.
    /// </summary>
    public bool IsDpop(IHeaderDictionary request) => AcceptsDpop && request.Authorization is [{ } value] && IsDpop(value);

    /// <summary>Whether this value of <c>Authorization</c> is a token of this source.</summary>
    public bool IsToken(string authorization)
    {
        foreach (var header in headers)
        {
            if (IsToken(header, authorization))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsDpop(string authorization) =>
        authorization.Length > DpopProof.Name.Length && authorization[DpopProof.Name.Length] == ' '
        && authorization.StartsWith(DpopProof.Name, StringComparison.OrdinalIgnoreCase);

    private static bool IsToken(TokenHeader header, string authorization) =>
        header.IsAuthorization
        && (header.Schemes.IsEmpty
            || IsDpop(authorization)
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
            var isDpop = header.IsAuthorization && IsDpop(value);
            return TryAdd(isDpop ? value.AsMemory(DpopProof.Name.Length).TrimStart(' ') : value.AsMemory(), ref token, ref reason);
        }

        foreach (var scheme in header.ReadSchemes)
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
                // Some parsers end the scheme at a tab or comma and read a token after it.
                reason = RejectionReason.Malformed;
                return false;
            }
        }

        // Credentials of another scheme, such as Basic, are not a token.
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
