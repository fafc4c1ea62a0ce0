using System.Collections.Immutable;
using System.Text.Json;

namespace Gateway.Jose;

/// <summary>
/// Tells access tokens from the other JWTs that the same issuer signs with the same key: ID, refresh, offline and logout tokens and
/// security events (RFC 8725 section 3.12). The header's <c>typ</c> is a per-issuer list; these marks are in the payload.
/// </summary>
internal static class TokenKind
{
    private const string MediaTypePrefix = "application/";

    // Claims in which providers write the kind of a token, and the kinds that open no API.
    private static readonly ImmutableArray<ClaimName> KindClaims =
        [ClaimName.Typ, ClaimName.TokenUse, ClaimName.TokenType, ClaimName.Type, ClaimName.TokenKind];

    private static readonly string[] OtherKinds =
        ["id", "id_token", "refresh", "refresh_token", "offline", "logout", "logout_token", "logout+jwt", "secevent+jwt", "id+jwt", "rt"];

    // Members that only ID tokens have (OpenID Connect Core 3.1.3.6, 3.3.2.11).
    private static readonly ImmutableArray<ClaimName> OtherMarks = [ClaimName.AtHash, ClaimName.CHash, ClaimName.SHash];

    /// <summary>RFC 7515 section 4.1.9: a media type, compared without case, <c>application/</c> may be left out; absent counts as JWT.</summary>
    public static bool IsAllowedType(string? type, IReadOnlyList<string> allowed)
    {
        var name = type.AsSpan();
        if (type is null)
        {
            name = "JWT";
        }
        else if (name.StartsWith(MediaTypePrefix, StringComparison.OrdinalIgnoreCase))
        {
            name = name[MediaTypePrefix.Length..];
        }

        foreach (var candidate in allowed)
        {
            if (name.Equals(candidate, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The claim that says that this is no access token; null when none does.</summary>
    public static ClaimName? FindMark(in KnownClaims claims)
    {
        foreach (var mark in OtherMarks)
        {
            if (claims.Has(mark))
            {
                return mark;
            }
        }

        // RFC 8417 section 2.2: the mark of a security event token, logout tokens among them.
        if (claims.TryGet(ClaimName.Events, out var events) && events.ValueKind == JsonValueKind.Object)
        {
            return ClaimName.Events;
        }

        foreach (var claim in KindClaims)
        {
            if (claims.TryGet(claim, out var kind)
                && kind.ValueKind == JsonValueKind.String
                && OtherKinds.Contains(kind.GetString(), StringComparer.OrdinalIgnoreCase))
            {
                return claim;
            }
        }

        // Cognito's `token_use` has two values, and only one of them is ours.
        return claims.TryGet(ClaimName.TokenUse, out var use) && !(use.ValueKind == JsonValueKind.String && use.ValueEquals("access"u8))
            ? ClaimName.TokenUse
            : null;
    }
}
