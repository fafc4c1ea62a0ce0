using Gateway.Issuers;
using Gateway.Jose;

namespace Gateway.Tokens;

/// <summary>
/// The times of a token against the clock (RFC 7519 sections 4.1.4 to 4.1.6). The skew widens the window at both ends: issuers
/// and we both drift, and a false 401 costs a login.
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
            // The token expires before it becomes valid. This is a mistake, and parsers treat it differently.
            reason = RejectionReason.BadClaim;
            return false;
        }

        // Without `iat` or `nbf` nobody knows how long the token has lived, only how long it still will; issued this moment by a
        // clock ahead of ours is the latest start it can have.
        var start = claims.IssuedAt ?? claims.NotBefore ?? now + skew;
        reason = RejectionReason.LifetimeTooLong;
        return claims.ExpiresAt - start <= issuer.MaxLifetime.TotalSeconds;
    }
}
