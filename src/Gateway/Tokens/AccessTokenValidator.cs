using System.Collections.Immutable;
using Gateway.Issuers;
using Gateway.Jose;

namespace Gateway.Tokens;

/// <summary>
/// Validates an access token. The checks run in the order of their cost, so that a flood of bad tokens is rejected before the signature:
/// size and alphabet, header, claims set, issuer by exact <c>iss</c>, algorithm, type, times, audience, key by <c>kid</c>, and the
/// signature last. Claims that are read before the signature can only cause a rejection (RFC 8725 section 3.8); the cache of parsed headers
/// changes no result. Uses neither HTTP nor revocation. The checks are a table, so that an explanation of a rejection runs the same ones.
/// </summary>
internal sealed class AccessTokenValidator(IssuerDirectory issuers, TimeProvider time)
{
    /// <summary>The checks before the signature, in order. The first failure decides.</summary>
    public static readonly ImmutableArray<TokenStepRow> Steps =
    [
        new(TokenStep.Form, static (_, ref token) =>
            CompactToken.TrySplit(token.Text, out token.Parts, out var reason) ? null : reason),
        new(TokenStep.Header, static (validator, ref token) =>
            validator._headers.TryRead(token.Parts, out token.Header) ? null : RejectionReason.Malformed, TokenStep.Form),
        new(TokenStep.Payload, static (_, ref token) =>
            TryReadClaims(ref token) ? null : RejectionReason.Malformed, TokenStep.Form),
        // RFC 7515 section 4.1.1; `none` and every algorithm that the gateway cannot verify is rejected here, for every issuer.
        new(TokenStep.Algorithm, static (_, ref token) =>
            (token.Algorithm = SignatureAlgorithms.Find(token.Header.Algorithm)) is null ? RejectionReason.UnsupportedAlgorithm : null,
            TokenStep.Header),
        new(TokenStep.Issuer, static (validator, ref token) => validator.FindIssuer(ref token), TokenStep.Payload),
        new(TokenStep.IssuerAlgorithm, static (_, ref token) =>
            token.Issuer!.Algorithms.Contains(token.Algorithm!.Algorithm) ? null : RejectionReason.UnsupportedAlgorithm,
            TokenStep.Algorithm, TokenStep.Issuer),
        new(TokenStep.Type, static (_, ref token) =>
            TokenKind.IsAllowedType(token.Header.Type, token.Issuer!.TokenTypes)
                && TokenKind.FindMark(token.KnownClaims, token.Header.Type) is null
                ? null
                : RejectionReason.WrongType,
            TokenStep.Header, TokenStep.Issuer),
        new(TokenStep.Claims, static (_, ref token) =>
            RegisteredClaims.TryRead(token.KnownClaims, out token.Registered, out var reason) ? null : reason, TokenStep.Payload),
        new(TokenStep.Times, static (validator, ref token) =>
            TokenLifetime.IsWithin(token.Registered, token.Issuer!, validator.Now, out var reason) ? null : reason, TokenStep.Issuer,
            TokenStep.Claims),
        new(TokenStep.Audience, static (_, ref token) =>
            CheckAudience(token.KnownClaims, token.Registered, token.Issuer!), TokenStep.Issuer, TokenStep.Claims),
        new(TokenStep.RequiredClaims, static (_, ref token) =>
            HasRequiredClaims(token.Registered, token.Issuer!) ? null : RejectionReason.MissingClaim, TokenStep.Issuer, TokenStep.Claims),
        new(TokenStep.Key, static (_, ref token) => FindKey(ref token), TokenStep.IssuerAlgorithm),
    ];

    private readonly JoseHeaderCache _headers = new();

    public IssuerDirectory Issuers => issuers;

    private DateTimeOffset Now => time.GetUtcNow();

    /// <summary>
    /// Runs all checks except the signature. Returns the rejection, or null and the token whose signature is not yet verified.
    /// </summary>
    public TokenResult? Inspect(ReadOnlySpan<char> text, out UnverifiedToken? token)
    {
        token = null;
        var inspection = new TokenInspection(text);
        foreach (var step in Steps)
        {
            if (step.Check(this, ref inspection) is { } reason)
            {
                return TokenResult.Rejected(
                    reason, inspection.Issuer,
                    step.Step == TokenStep.Key ? new WantedKey(inspection.Header.KeyId, inspection.Algorithm!) : null);
            }
        }

        token = inspection.ToUnverified();
        return null;
    }

    /// <summary>Verifies the signature of the inspected text.</summary>
    /// <param name="sent">The token as it came, if it was encrypted.</param>
    public static TokenResult Verify(ReadOnlySpan<char> text, UnverifiedToken token, ReadOnlySpan<char> sent = default) =>
        TokenParts.IsSigned(text, token.Key.Algorithm, token.Key.Key)
            ? TokenResult.Accepted(token.ToAccessToken(text, sent))
            : TokenResult.Rejected(RejectionReason.BadSignature, token.Issuer);

    private static bool TryReadClaims(ref TokenInspection token)
    {
        if (!TokenParts.TryReadClaims(token.Parts, out token.Claims))
        {
            return false;
        }

        token.KnownClaims = KnownClaims.Of(token.Claims);
        return true;
    }

    private RejectionReason? FindIssuer(ref TokenInspection token) =>
        issuers.TryFind(token.KnownClaims, time, out token.Issuer, out var reason) ? null : reason;

    private static RejectionReason? CheckAudience(in KnownClaims claims, in RegisteredClaims registered, IssuerProfile issuer)
    {
        if ((issuer.AcceptWithoutAudience || !issuer.ClientIds.IsEmpty) && RegisteredClaims.HasNoAudience(claims))
        {
            return issuer.AcceptWithoutAudience ? null
                : registered.ClientId is not { } client ? RejectionReason.MissingClaim
                : issuer.ClientIds.Contains(client) ? null : RejectionReason.WrongAudience;
        }

        return RegisteredClaims.HasAudience(claims, issuer.Audiences, out var reason) ? null : reason;
    }

    private static bool HasRequiredClaims(in RegisteredClaims claims, IssuerProfile issuer)
    {
        var hasTokenId = claims.TokenId is not null || !issuer.RequireTokenId;
        // RFC 9068 section 2.2. Earlier steps require `iss`, `exp` and `aud` of every token.
        return hasTokenId && (!issuer.IsAccessTokenProfile
            || claims is { Subject: not null, ClientId: not null, IssuedAt: not null, TokenId: not null });
    }

    private static RejectionReason? FindKey(ref TokenInspection token)
    {
        token.Ring = token.Issuer!.Keys.Current;
        token.Key = token.Ring.Find(token.Header.KeyId, token.Algorithm!);
        return token.Key is not null ? null : token.Ring.IsEmpty ? RejectionReason.KeysUnavailable : RejectionReason.UnknownKey;
    }
}
