namespace Gateway.Revocation;

/// <summary>One line of the revocation log.</summary>
/// <param name="Kind">The kind of the name.</param>
/// <param name="Issuer">The <c>iss</c> of the tokens; compared exactly.</param>
/// <param name="Value">The jti, subject, session, client id or token hash; for <see cref="RevocationKind.Issuer"/> the issuer
/// again.</param>
/// <param name="Expires">Unix seconds; from then on the entry may be removed, because no token that it names can still be valid.</param>
/// <param name="Before">Unix seconds; tokens issued up to and including this second are rejected. Unused for jti and token.</param>
/// <param name="Operation">Revoke, or restore a revoked name.</param>
/// <param name="Reason">Free text for audits.</param>
/// <param name="By">The caller, for audits.</param>
/// <param name="At">Unix seconds; the time of writing, which only the store sets.</param>
internal sealed record RevocationEntry(
    RevocationKind Kind,
    string Issuer,
    string Value,
    long Expires,
    long? Before = null,
    RevocationOperation Operation = RevocationOperation.Revoke,
    string? Reason = null,
    string? By = null,
    long? At = null)
{
    /// <summary>
    /// The digest of the name in an entry that a replica put back, because replicas keep only digests. Issuer is then empty and Value the
    /// text of the digest. Else null.
    /// </summary>
    public RevocationKey? Digest { get; private init; }

    /// <summary>The digest of the name, which replicas keep and compare.</summary>
    public RevocationKey Key => Digest ?? RevocationKey.Of(Kind, Issuer, Value);

    /// <summary>Creates an entry for a name of which only the digest is known.</summary>
    public static RevocationEntry OfDigest(
        RevocationKind kind, RevocationKey digest, long expires, long? before, RevocationOperation operation, string? reason, string? by) =>
        new(kind, "", digest.ToString(), expires, before, operation, reason, by) { Digest = digest };

    public static RevocationEntry Of(RevocationMark mark, RevocationOperation operation) => OfDigest(
        mark.Kind, mark.Key, RevocationClock.ExpiresOf(mark.Minute), mark.CutOff == long.MaxValue ? null : mark.CutOff, operation, null,
        null);
}
