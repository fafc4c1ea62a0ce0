using Gateway.Issuers;

namespace Gateway.Revocation;

/// <summary>Computes how long an entry must be kept.</summary>
internal static class RevocationSpan
{
    /// <summary>
    /// The time, in Unix seconds, at which no token that was issued up to now, or up to a later cut-off, can still be valid. It allows for
    /// an issuer whose clock is ahead and for the longest accepted lifetime.
    /// </summary>
    public static long DefaultExpiry(IssuerProfile issuer, DateTimeOffset now, long? before = null) =>
        Math.Max((long)Math.Ceiling((now - DateTimeOffset.UnixEpoch).TotalSeconds), before ?? 0)
        + (long)Math.Ceiling((issuer.MaxLifetime + (2 * issuer.ClockSkew)).TotalSeconds);

    /// <summary>
    /// Creates the entry that restores a name. It must outlive all revocations of the name in replicas and in the log: otherwise a replica
    /// that starts after this entry has expired, but before they have, would revoke the name again.
    /// </summary>
    public static RevocationEntry Restore(RevocationEntry found, IssuerProfile issuer, DateTimeOffset now) => found with
    {
        Operation = RevocationOperation.Restore,
        Expires = Math.Max(DefaultExpiry(issuer, now), found.Expires),
        Before = null,
    };
}
