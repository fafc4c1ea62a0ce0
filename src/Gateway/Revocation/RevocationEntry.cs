namespace Gateway.Revocation;

/// <summary>One line of the revocation log.</summary>
/// <param name="Kind">What is named.</param>
/// <param name="Issuer">The <c>iss</c> value whose tokens are meant; compared exactly.</param>
/// <param name="Value">The jti, subject, session, client id or token hash; for <see cref="RevocationKind.Issuer"/> the issuer again.</param>
/// <param name="Expires">Unix seconds; when the entry may be forgotten, because no token it names can be valid any more.</param>
/// <param name="Before">Unix seconds; tokens issued up to and including this second are rejected. Unused for jti and token.</param>
/// <param name="Operation">Revoke, or take a revocation back.</param>
/// <param name="Reason">Free text for the record.</param>
/// <param name="By">Who asked for it, for the record.</param>
/// <param name="At">Unix seconds; when the store took it. Set by the store alone.</param>
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
    /// The name's digest, when nobody knows the name any more: the entry was put back by a replica, which remembers no more. Issuer is
    /// empty and Value the digest's text then.
    /// </summary>
    public RevocationKey? Digest { get; private init; }

    /// <summary>What is named, in the form in which it is remembered and compared.</summary>
    public RevocationKey Key => Digest ?? RevocationKey.Of(Kind, Issuer, Value);

    /// <summary>The entry for a name of which the digest alone is known.</summary>
    public static RevocationEntry OfDigest(
        RevocationKind kind, RevocationKey digest, long expires, long? before, RevocationOperation operation, string? reason, string? by) =>
        new(kind, "", digest.ToString(), expires, before, operation, reason, by) { Digest = digest };

    public static RevocationEntry Of(RevocationMark mark, RevocationOperation operation) => OfDigest(
        mark.Kind, mark.Key, RevocationClock.ExpiresOf(mark.Minute), mark.CutOff == long.MaxValue ? null : mark.CutOff, operation, null, null);
}
