namespace Gateway.Issuers;

/// <summary>What becomes of fetched keys beside using them: <c>Gateway:Keys</c>.</summary>
internal sealed class KeysOptions
{
    /// <summary>
    /// A folder for the last good key documents, so that a gateway that restarts while a provider is down serves at once. Created when
    /// absent; give no other program the right to write there. A relative path starts at the folder of yarp.json. Default none: not kept.
    /// </summary>
    public string? CacheDirectory { get; init; }

    /// <summary>
    /// Whether replicas share key documents through Redis, when that is the revocation store: one of them fetches, all use it. A
    /// client that may write to Redis can then name the keys that the gateway trusts. Default true.
    /// </summary>
    public bool Share { get; init; } = true;
}
