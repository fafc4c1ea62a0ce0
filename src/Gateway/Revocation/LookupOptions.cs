namespace Gateway.Revocation;

/// <summary>
/// A look-up per request, for teams that already keep such keys: <c>Gateway:Revocation:Lookup</c>. Asks the server of
/// <c>Gateway:Revocation:Redis</c>, besides the list, whatever its store.
/// </summary>
internal sealed class LookupOptions
{
    /// <summary>
    /// Redis keys, written whole (<c>KeyPrefix</c> is not added): a token is revoked while one of them exists. <c>{jti}</c>, <c>{sub}</c>,
    /// <c>{sid}</c>, <c>{client}</c> and <c>{iss}</c> stand for the token's values. A key is left out for a token without its value; a token that no key is
    /// left for is rejected as <c>missing_claim</c>. Required, 8 at most.
    /// </summary>
    public List<string>? Keys { get; set; }

    /// <summary>
    /// How long a request waits for the answer; then the policy's <c>OnRevocationUnavailable</c> decides. Default 50 ms, range 1 ms to 1 s.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long an answer about a token counts for its next requests. Default 0: Redis is asked every time. Range 0 to 1 s.</summary>
    public TimeSpan CacheFor { get; set; }
}
