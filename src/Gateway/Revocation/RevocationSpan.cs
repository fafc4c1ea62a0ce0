using Gateway.Issuers;

namespace Gateway.Revocation;

/// <summary>How long an entry must be kept.</summary>
internal static class RevocationSpan
{
    /// <summary>
    /// When no token that was issued up to now, or up to a later cut-off, can be valid any more: also one issued by a clock that runs ahead, and
    /// with the longest accepted life.
    /// </summary>
    public static long DefaultExpiry(IssuerProfile issuer, DateTimeOffset now, long? before = null) =>
        Math.Max((long)Math.Ceiling((now - DateTimeOffset.UnixEpoch).TotalSeconds), before ?? 0)
        + (long)Math.Ceiling((issuer.MaxLifetime + (2 * issuer.ClockSkew)).TotalSeconds);

    /// <summary>
    /// What takes a revocation back must outlive every replica's memory of it, and the lines that said so: a replica that starts when
    /// this line is gone and those are not would revoke again.
    /// </summary>
    public static RevocationEntry Restore(RevocationEntry found, IssuerProfile issuer, DateTimeOffset now) => found with
    {
        Operation = RevocationOperation.Restore,
        Expires = Math.Max(DefaultExpiry(issuer, now), found.Expires),
        Before = null,
    };
}
