using System.Collections.Immutable;
using System.Text.Json;
using Gateway.Issuers;
using Gateway.Jose;

namespace Gateway.Tokens.Introspection;

/// <summary>
/// The checks of what an issuer said about an opaque token: those of a signed token that concern the claims. An issuer also calls tokens
/// active that are not access tokens, so the response must say that this is one.
/// </summary>
internal static class IntrospectedToken
{
    private static readonly string[] AccessTokenTypes = ["bearer", "dpop", "access_token", "access-token", "at", "at+jwt", "mac", "pop"];

    /// <summary>The checks in order: the first that fails decides.</summary>
    public static readonly ImmutableArray<TokenStepRow> Steps =
    [
        new(TokenStep.Type, static (_, ref token) => IsAccessToken(token.KnownClaims) ? null : RejectionReason.WrongType),
        .. AccessTokenValidator.Steps
            .Where(row => row.Step is TokenStep.Claims or TokenStep.Times or TokenStep.Audience)
            .Select(row => row with { Needs = [.. row.Needs.Where(step => step is TokenStep.Claims)] }),
        new(TokenStep.RequiredClaims, static (_, ref token) =>
            token.Registered.TokenId is not null || !token.Issuer!.RequireTokenId ? null : RejectionReason.MissingClaim, TokenStep.Claims),
    ];

    /// <summary>The inspection that the steps work on.</summary>
    public static TokenInspection Begin(ReadOnlySpan<char> text, IssuerProfile issuer, JsonElement claims) =>
        new(text) { Issuer = issuer, Claims = claims, KnownClaims = KnownClaims.Of(claims) };

    /// <summary>The reason to reject the token, or null with the token.</summary>
    public static RejectionReason? Check(
        AccessTokenValidator validator, ReadOnlySpan<char> text, IssuerProfile issuer, JsonElement claims, out AccessToken? token)
    {
        token = null;
        var inspection = Begin(text, issuer, claims);
        foreach (var step in Steps)
        {
            if (step.Check(validator, ref inspection) is { } reason)
            {
                return reason;
            }
        }

        token = Describe(inspection);
        return null;
    }

    public static AccessToken Describe(scoped in TokenInspection inspection) =>
        UnverifiedToken.Describe([], inspection.Issuer!, inspection.Claims, inspection.Registered, null, inspection.Text);

    /// <summary>
    /// RFC 7662 has <c>token_type</c> for access tokens only. Where a server leaves it out, as some do, <c>aud</c> tells: refresh tokens
    /// are not for an API.
    /// </summary>
    private static bool IsAccessToken(in KnownClaims claims)
    {
        if (TokenKind.FindMark(claims, null) is not null)
        {
            return false;
        }

        return claims.HasValue(ClaimName.TokenType)
            ? claims.TryGet(ClaimName.TokenType, out var type) && type.ValueKind == JsonValueKind.String
                && AccessTokenTypes.Contains(type.GetString(), StringComparer.OrdinalIgnoreCase)
            : !RegisteredClaims.HasNoAudience(claims) || TokenKind.IsMarkedAccessToken(claims);
    }
}
