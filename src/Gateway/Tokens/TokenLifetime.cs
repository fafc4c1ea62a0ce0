using Gateway.Issuers;
using Gateway.Jose;

namespace Gateway.Tokens;

/// <summary>
/// Compares the times of a token with the clock (RFC 7519 sections 4.1.4 to 4.1.6). The clock skew widens the window at both ends,
/// because the clocks of issuer and gateway both drift.
/// </summary>
internal static class TokenLifetime
{
    /// <summary>The Unix second from which on a token has expired.</summary>
    public static double EndOf(double expiresAt, IssuerProfile issuer) => expiresAt + issuer.ClockSkew.TotalSeconds;

    public static bool IsWithin(in RegisteredClaims claims, IssuerProfile issuer, DateTimeOffset time, out RejectionReason reason)
    {
        var now = (time - DateTimeOffset.UnixEpoch).TotalSeconds;
        var skew = issuer.ClockSkew.TotalSeconds;
        if (now >= EndOf(claims.ExpiresAt, issuer))
        {
            reason = RejectionReason.Expired;
            return false;
        }

        if (claims.NotBefore > now + skew || claims.IssuedAt > now + skew)
        {
            reason = RejectionReason.NotYetValid;
            return false;
        }

        if (claims.NotBefore > claims.ExpiresAt)
        {
            // The token expires before it becomes valid. Implementations disagree on such a token.
            reason = RejectionReason.BadClaim;
            return false;
        }

        // Without `iat` and `nbf` the start is unknown. The latest possible start is now, by an issuer whose clock is ahead by the skew,
        // so the check is on the time that remains.
        var start = claims.IssuedAt ?? claims.NotBefore ?? now + skew;
        reason = RejectionReason.LifetimeTooLong;
        return claims.ExpiresAt - start <= issuer.MaxLifetime.TotalSeconds;
    }
}
