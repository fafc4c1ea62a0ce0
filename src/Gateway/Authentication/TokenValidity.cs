using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.Telemetry;
using Gateway.Tokens;

namespace Gateway.Authentication;

/// <summary>What does not end the validity of a token.</summary>
[Flags]
internal enum Tolerance : byte
{
    None = 0,

    /// <summary>The token has expired.</summary>
    Expiry = 1,

    /// <summary>All keys of the issuer are too old to trust.</summary>
    OldKeys = 2,

    /// <summary>The revocation list is too old to say, or it is unknown whether a key was forgotten.</summary>
    OldList = 4,
}

/// <summary>Whether a token is still good.</summary>
/// <param name="Rejection">Null for a good token.</param>
/// <param name="Revocation">Null when the list was not asked, because the token has expired or has lost its key.</param>
internal readonly record struct TokenState(RejectionReason? Rejection, RevocationStatus? Revocation);

/// <summary>
/// Whether a token that was verified once is still good: its expiry with the issuer's skew, its key in the issuer's current ring, the
/// revocation list. The only place that decides it, for requests with a cached token, open connections and explanations. A mutable struct,
/// so that it lies inside its owner: a known token costs no further fetch from memory.
/// </summary>
internal struct TokenValidity(VerifiedToken token, double? knownUntil = null)
{
    // Copies of what the token has, so that the processor fetches all of them at once and not one after the other.
    private readonly IssuerProfile _issuer = token.Token.Issuer;
    private readonly double _end = knownUntil ?? TokenLifetime.EndOf(token.Token.ExpiresAt, token.Token.Issuer);
    private volatile TokenKey? _key = token.Key;

    // The version of the revocation list at which the token was last found not revoked; -1 for never.
    private long _revocationVersion = -1;

    public readonly VerifiedToken Token => token;

    public readonly IssuerProfile Issuer => _issuer;

    /// <summary>For a request, the policy decides about a list that is too old.</summary>
    public static Tolerance OfRequest(RoutePolicy policy) =>
        policy.OnRevocationUnavailable == UnavailableBehavior.Allow ? Tolerance.OldList : Tolerance.None;

    /// <summary>
    /// A connection was decided when it began. A provider or a store that is down must not end every connection at once, and a policy may
    /// keep connections beyond the expiry.
    /// </summary>
    public static Tolerance OfConnection(RoutePolicy policy) =>
        Tolerance.OldKeys | Tolerance.OldList | (policy.OnExpiry == ExpiryBehavior.Close ? Tolerance.None : Tolerance.Expiry);

    /// <summary>The reason to reject a token of this revocation status.</summary>
    public static RejectionReason? ReasonOf(RevocationStatus status, Tolerance tolerance) => status switch
    {
        RevocationStatus.Revoked => RejectionReason.Revoked,
        RevocationStatus.Unavailable when (tolerance & Tolerance.OldList) == 0 => RejectionReason.RevocationUnavailable,
        _ => null,
    };

    /// <param name="now">Unix seconds.</param>
    public TokenState Check(double now, RevocationList revocations, Tolerance tolerance)
    {
        if (now >= _end && (tolerance & Tolerance.Expiry) == 0)
        {
            return new TokenState(RejectionReason.Expired, null);
        }

        return CheckKey(tolerance) is { } reason ? new TokenState(reason, null) : CheckRevocation(revocations, tolerance);
    }

    /// <summary>The part that is left for a token whose expiry and key were checked a moment ago, with its signature.</summary>
    public TokenState CheckRevocation(RevocationList revocations, Tolerance tolerance)
    {
        var status = StatusIn(revocations);
        return new TokenState(ReasonOf(status, tolerance), status);
    }

    /// <summary>Whether the issuer's current ring would still verify the token with the very same key.</summary>
    private RejectionReason? CheckKey(Tolerance tolerance)
    {
        var keys = _issuer.Keys;
        var (known, ring) = (_key, keys.Current);
        if (keys.IsRetired || token.Status is { List.IsRetired: true })
        {
            return RejectionReason.UnknownKey;
        }

        if (known is null || ReferenceEquals(known.Ring, ring))
        {
            return null;
        }

        // Keys that are too old to trust are all gone at once; that says nothing about this one.
        if (ReferenceEquals(ring, KeyRing.Empty))
        {
            return (tolerance & Tolerance.OldKeys) == 0 ? RejectionReason.KeysUnavailable : null;
        }

        if (known.In(ring) is not { } same)
        {
            return RejectionReason.UnknownKey;
        }

        _key = same;
        return null;
    }

    private RevocationStatus StatusIn(RevocationList revocations)
    {
        // Read before the look-up: an entry that comes in between is then found by the next check.
        var version = revocations.Set.Version;
        if (Volatile.Read(ref _revocationVersion) != version)
        {
            // What is known to be revoked stays so, however old the list.
            if (token.IsRevoked(revocations.Set))
            {
                return RevocationStatus.Revoked;
            }

            Volatile.Write(ref _revocationVersion, version);
        }

        var status = revocations.StatusOfUnrevoked(_issuer);
        if (token.Status is not { } entry)
        {
            return status;
        }

        var listed = entry.Read();
        return listed == RevocationStatus.NotRevoked ? status : listed;
    }
}
