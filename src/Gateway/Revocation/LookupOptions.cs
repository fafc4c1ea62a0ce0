namespace Gateway.Revocation;

/// <summary>
/// A look-up in Redis for each request, for teams that already keep such keys: <c>Gateway:Revocation:Lookup</c>. It uses the server of
/// <c>Gateway:Revocation:Redis</c>, in addition to the revocation list and independent of its store.
/// </summary>
internal sealed class LookupOptions
{
    /// <summary>
    /// Complete Redis keys (<c>KeyPrefix</c> is not added). A token is revoked while one of them exists. The gateway replaces <c>{jti}</c>,
    /// <c>{sub}</c>, <c>{sid}</c>, <c>{client}</c> and <c>{iss}</c> by the token's values. It skips a key whose value the token lacks, and
    /// rejects a token that lacks the values of all keys as <c>missing_claim</c>. Required, at most 8.
    /// </summary>
    public List<string>? Keys { get; init; }

    /// <summary>
    /// How long a request waits for Redis. After that, the policy's <c>OnRevocationUnavailable</c> decides. Default 50 ms, range 1 ms to 1
    /// s.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// How long the result for a token is reused for its next requests. Default 0: Redis is asked each time. Range 0 to 1 s.
    /// </summary>
    public TimeSpan CacheFor { get; init; }
}
