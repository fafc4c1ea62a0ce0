using System.Text.Json;

namespace Gateway.Tokens;

/// <summary>
/// Is this token good? Checks in the order of cost, so that a flood of bad tokens dies before the signature: size and alphabet,
/// header, claims set, issuer by exact <c>iss</c>, algorithm, type, times, audience, key by <c>kid</c>, and the signature last.
/// Nothing read before the signature can do more than refuse (RFC 8725 section 3.8). Knows neither HTTP nor revocation.
/// </summary>
internal sealed class AccessTokenValidator(IssuerDirectory issuers, TimeProvider time)
{
    public TokenResult Validate(ReadOnlySpan<char> text) => Inspect(text, out var token) is { } refused ? refused : Verify(text, token!);

    /// <summary>Every check but the signature. The refusal, or null with the token whose signature is left to check.</summary>
    public TokenResult? Inspect(ReadOnlySpan<char> text, out UnverifiedToken? token)
    {
        token = null;
        return TokenParts.TryRead(text, out var header, out var claims, out var reason)
            ? Inspect(header, claims, out token)
            : TokenResult.Refused(reason);
    }

    /// <summary>The signature, over the very text that was inspected.</summary>
    public static TokenResult Verify(ReadOnlySpan<char> text, UnverifiedToken token) =>
        TokenParts.IsSigned(text, token.Key.Algorithm, token.Key.Key)
            ? TokenResult.Accepted(token.ToAccessToken(text))
            : TokenResult.Refused(RefusalReason.BadSignature, token.Issuer);

    private TokenResult? Inspect(JoseHeader header, JsonElement claims, out UnverifiedToken? token)
    {
        token = null;
        // RFC 7515 section 4.1.1; `none` and everything we cannot verify ends here, whatever the issuer.
        if (SignatureAlgorithms.Find(header.Algorithm) is not { } algorithm)
        {
            return TokenResult.Refused(RefusalReason.UnsupportedAlgorithm);
        }

        if (!claims.TryGetProperty("iss"u8, out var iss))
        {
            return TokenResult.Refused(RefusalReason.MissingClaim);
        }

        if (iss.ValueKind != JsonValueKind.String)
        {
            return TokenResult.Refused(RefusalReason.BadClaim);
        }

        if (!issuers.TryFind(iss.GetString()!, time, out var issuer, out var reason))
        {
            return TokenResult.Refused(reason);
        }

        if (!issuer!.Algorithms.Contains(algorithm.Algorithm))
        {
            return TokenResult.Refused(RefusalReason.UnsupportedAlgorithm, issuer);
        }

        if (!TokenKind.IsAllowedType(header.Type, issuer.TokenTypes) || TokenKind.IsMarkedAsOther(claims))
        {
            return TokenResult.Refused(RefusalReason.WrongType, issuer);
        }

        if (!RegisteredClaims.TryRead(claims, out var registered, out reason)
            || !TokenLifetime.IsWithin(registered, issuer, time.GetUtcNow(), out reason)
            || !RegisteredClaims.HasAudience(claims, issuer.Audiences, out reason)
            || !HasRequiredClaims(registered, issuer, out reason))
        {
            return TokenResult.Refused(reason, issuer);
        }

        var ring = issuer.Keys.Current;
        if (ring.Find(header.KeyId, algorithm) is not { } key)
        {
            return TokenResult.Refused(ring.IsEmpty ? RefusalReason.KeysUnavailable : RefusalReason.UnknownKey, issuer, ring);
        }

        token = new UnverifiedToken(issuer, claims, registered, new TokenKey(header.KeyId, algorithm, key, ring));
        return null;
    }

    private static bool HasRequiredClaims(in RegisteredClaims claims, IssuerProfile issuer, out RefusalReason reason)
    {
        reason = RefusalReason.MissingClaim;
        var hasTokenId = claims.TokenId is not null || !issuer.RequireTokenId;
        // RFC 9068 section 2.2; `iss`, `exp` and `aud` are required of every token and checked by now.
        return hasTokenId && (!issuer.IsAccessTokenProfile
            || claims is { Subject: not null, ClientId: not null, IssuedAt: not null, TokenId: not null });
    }
}
