using System.Text.Json;
using Gateway.Issuers;
using Gateway.Jose;

namespace Gateway.Tokens;

/// <summary>A logout token whose signature and claims have been checked.</summary>
/// <param name="TokenId"><c>jti</c>.</param>
/// <param name="Subject"><c>sub</c>; null only when there is a session.</param>
/// <param name="SessionId"><c>sid</c>; null only when there is a subject.</param>
/// <param name="IssuedAt"><c>iat</c> in Unix seconds.</param>
/// <param name="ExpiresAt"><c>exp</c> in Unix seconds, without clock skew.</param>
internal sealed record LogoutToken(
    IssuerProfile Issuer, string TokenId, string? Subject, string? SessionId, double IssuedAt, double ExpiresAt);

/// <summary>The logout token, or the reason for its rejection; exactly one of the two.</summary>
internal readonly record struct LogoutTokenResult(LogoutToken? Token, RejectionReason Reason);

/// <summary>
/// Validates logout tokens (OpenID Connect Back-Channel Logout 1.0 section 2.6), with the signature last as for access tokens. A logout
/// token must have <c>events</c> and an access token must not, so that neither is accepted as the other.
/// </summary>
internal sealed class LogoutTokenReader(SignedTokenReader tokens, TimeProvider time)
{
    private const string LogoutEvent = "http://schemas.openid.net/event/backchannel-logout";

    // Section 2.4 recommends the first. Older providers send the second, or no type.
    private static readonly string[] Types = ["logout+jwt", "JWT"];

    /// <param name="issuerName">The issuer whose path the token was sent to, by its name in yarp.json.</param>
    public async ValueTask<LogoutTokenResult> ReadAsync(ReadOnlyMemory<char> text, string issuerName, CancellationToken cancellationToken)
    {
        RegisteredClaims claims = default;
        var result =
            await tokens.ReadAsync(text, (header, json, issuer) => Check(header, json, issuer, issuerName, out claims), cancellationToken);
        return result.Token is { } token
            ? new LogoutTokenResult(
                new LogoutToken(token.Issuer, claims.TokenId!, claims.Subject, claims.SessionId, claims.IssuedAt!.Value, claims.ExpiresAt),
                default)
            : new LogoutTokenResult(null, result.Reason);
    }

    private RejectionReason? Check(
        JoseHeader header, JsonElement json, IssuerProfile issuer, string issuerName, out RegisteredClaims claims)
    {
        claims = default;
        if (issuer.BackChannelLogout is not { } logout || !issuer.Name.Equals(issuerName, StringComparison.OrdinalIgnoreCase))
        {
            return RejectionReason.UnknownIssuer;
        }

        // Section 2.4 forbids `nonce`, so that an ID token, which clients hold, cannot end the user's session.
        if (!TokenKind.IsAllowedType(header.Type, Types) || !HasLogoutEvent(json) || json.TryGetProperty("nonce"u8, out _))
        {
            return RejectionReason.WrongType;
        }

        var known = KnownClaims.Of(json);
        if (!RegisteredClaims.TryRead(known, out claims, out var reason))
        {
            return reason;
        }

        // Section 2.4 requires `iss`, also for an issuer whose access tokens may lack it.
        if (!known.HasValue(ClaimName.Iss))
        {
            return RejectionReason.MissingClaim;
        }

        // Nothing binds a logout token to a sender: its issuer sends it.
        if (claims.Binding is not null)
        {
            return RejectionReason.BadClaim;
        }

        // An empty claim is rejected here and does not count as absent: without `sid`, the logout would end all sessions of the subject.
        if ((claims.SessionId is null && known.Has(ClaimName.Sid)) || (claims.Subject is null && known.Has(ClaimName.Sub)))
        {
            return RejectionReason.BadClaim;
        }

        if (claims is { TokenId: null } or { IssuedAt: null } or { Subject: null, SessionId: null })
        {
            return RejectionReason.MissingClaim;
        }

        return TokenLifetime.IsWithin(claims, issuer, time.GetUtcNow(), out reason)
            && RegisteredClaims.HasAudience(known, logout.ClientIds, out reason)
            ? null
            : reason;
    }

    private static bool HasLogoutEvent(JsonElement json) =>
        json.TryGetProperty("events"u8, out var events)
        && events.ValueKind == JsonValueKind.Object
        && events.TryGetProperty(LogoutEvent, out var logout)
        && logout.ValueKind == JsonValueKind.Object;
}
