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

    // Values are compared without case. A value in neither list says nothing, except in `token_use`: providers use these claims for other
    // things too.
    private static readonly string[] OtherKinds =
    [
        "id", "id_token", "id-token", "idtoken", "id+jwt", "serialized-id",
        "refresh", "refresh_token", "refresh-token", "refreshtoken", "refresh+jwt", "rt", "rt+jwt", "offline",
        "logout", "logout_token", "logout+jwt", "secevent+jwt", "initialaccesstoken", "registrationaccesstoken",
    ];

    private static readonly string[] AccessTokenTypes = ["at+jwt"];

    private static readonly string[] AccessKinds = ["access", "access_token", "access-token", "at", "at+jwt", "bearer", "dpop"];

    // Claims in which providers write the kind of a token, with the kinds that are not access tokens. RFC 9068 has `typ` in the header;
    // these are in the payload: `typ` Keycloak, `token_use` Cognito, `token_type` and `type` libraries, `tokenName` ForgeRock, `tty`
    // FusionAuth, `tok_type` Oracle.
    private static readonly ImmutableArray<KindClaim> KindClaims =
    [
        new(ClaimName.Typ, OtherKinds), new(ClaimName.TokenUse, OtherKinds), new(ClaimName.TokenType, OtherKinds),
        new(ClaimName.Type, OtherKinds),
        new(ClaimName.TokenKind, OtherKinds), new(ClaimName.TokenName, OtherKinds), new(ClaimName.Tty, OtherKinds),
        new(ClaimName.TokType, ["it", "rt"]),
    ];

    // Members that only ID tokens have (OpenID Connect Core 3.1.3.6, 3.3.2.11; FAPI 1.0 Advanced 5.2.2).
    private static readonly ImmutableArray<ClaimName> IdTokenMarks = [ClaimName.AtHash, ClaimName.CHash, ClaimName.SHash];

    // Every access token of Entra ID has one of these members, which name its client or its grant; its ID tokens have none of them.
    private static readonly ImmutableArray<ClaimName> ClientOrGrant =
        [ClaimName.AppId, ClaimName.Azp, ClaimName.ClientId, ClaimName.Cid, ClaimName.Scp, ClaimName.Scope];

    /// <summary>
    /// RFC 7515 section 4.1.9: a media type, compared without case, <c>application/</c> may be left out; absent counts as JWT.
    /// </summary>
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

    /// <summary>The claim that marks the token as another kind than an access token; null when there is none.</summary>
    /// <param name="headerType">The header's <c>typ</c>.</param>
    public static ClaimName? FindMark(in KnownClaims claims, string? headerType)
    {
        foreach (var mark in IdTokenMarks)
        {
            if (HasValue(claims, mark))
            {
                return mark;
            }
        }

        // RFC 8417 section 2.2: the mark of security event tokens, which include logout tokens.
        if (claims.TryGet(ClaimName.Events, out var events) && events.ValueKind == JsonValueKind.Object)
        {
            return ClaimName.Events;
        }

        foreach (var (name, otherKinds) in KindClaims)
        {
            if (Names(claims, name, otherKinds))
            {
                return name;
            }
        }

        // Cognito's `token_use` is `id` or `access`, Ory Hydra's `access_token` or `refresh_token`; only those of access tokens are
        // accepted.
        if (claims.TryGet(ClaimName.TokenUse, out var use) && use.ValueKind != JsonValueKind.Null
            && !(use.ValueKind == JsonValueKind.String && (use.ValueEquals("access"u8) || use.ValueEquals("access_token"u8))))
        {
            return ClaimName.TokenUse;
        }

        if (HasValue(claims, ClaimName.Nonce) && !IsAccessToken(claims, headerType))
        {
            return ClaimName.Nonce;
        }

        return IsEntraIdToken(claims) ? ClaimName.Ver : null;
    }

    /// <summary>Whether a claim that names the kind of the token names an access token.</summary>
    public static bool IsMarkedAccessToken(in KnownClaims claims)
    {
        foreach (var (name, _) in KindClaims)
        {
            if (Names(claims, name, AccessKinds))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// True when the token is marked as an access token. <c>nonce</c> is defined for ID tokens only (OpenID Connect), but it is also in the
    /// access tokens of Keycloak before 25 (<c>typ</c> Bearer), ForgeRock (<c>tokenName</c>), Azure AD B2C (<c>scp</c>) and authentik
    /// (<c>scope</c>, or <c>azp</c> with <c>uid</c>); docs/decisions/0011-id-tokens.md.
    /// </summary>
    private static bool IsAccessToken(in KnownClaims claims, string? headerType)
    {
        // RFC 9068 section 2.1: only access tokens have this type.
        if (headerType is not null && IsAllowedType(headerType, AccessTokenTypes))
        {
            return true;
        }

        if (IsMarkedAccessToken(claims))
        {
            return true;
        }

        // RFC 9068 section 2.2.3. Only text counts, because UAA's ID tokens have a list.
        return IsText(claims, ClaimName.Scope)
            || IsText(claims, ClaimName.Scp)
            || (IsText(claims, ClaimName.Azp) && IsText(claims, ClaimName.Uid));
    }

    /// <summary>
    /// The ID and access tokens of Microsoft Entra ID have the same header and claims, except for the client's id, which every access token
    /// has (<c>appid</c> in version 1.0, <c>azp</c> in 2.0). Its ID tokens of the code flow need not have a <c>nonce</c>.
    /// </summary>
    private static bool IsEntraIdToken(in KnownClaims claims)
    {
        if (!IsText(claims, ClaimName.Tid) || !IsText(claims, ClaimName.Oid)
            || !claims.TryGet(ClaimName.Ver, out var version) || version.ValueKind != JsonValueKind.String
            || !(version.ValueEquals("1.0"u8) || version.ValueEquals("2.0"u8)))
        {
            return false;
        }

        foreach (var claim in ClientOrGrant)
        {
            if (HasValue(claims, claim))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the claim is text and one of the kinds.</summary>
    private static bool Names(in KnownClaims claims, ClaimName name, string[] kinds) =>
        claims.TryGet(name, out var kind)
            && kind.ValueKind == JsonValueKind.String
            && kinds.Contains(kind.GetString(), StringComparer.OrdinalIgnoreCase);

    // Null counts as absent: serializers write it for missing values.
    private static bool HasValue(in KnownClaims claims, ClaimName name) =>
        claims.TryGet(name, out var value) && value.ValueKind != JsonValueKind.Null;

    private static bool IsText(in KnownClaims claims, ClaimName name) =>
        claims.TryGet(name, out var value) && value.ValueKind == JsonValueKind.String && !value.ValueEquals(""u8);

    /// <summary>A claim that names the kind of a token, and the values that mean another kind than an access token.</summary>
    private sealed record KindClaim(ClaimName Name, string[] OtherKinds);
}
