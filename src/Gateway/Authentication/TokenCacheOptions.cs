using Gateway.Settings;

namespace Gateway.Authentication;

/// <summary>
/// The size of the cache of verified tokens: <c>Gateway:TokenCache</c>. A token that is not in the cache is verified again.
/// </summary>
internal sealed record TokenCacheOptions
{
    /// <summary>
    /// The largest number of tokens; choose twice as many as are in use at the same time, because the places are sets of eight that fill
    /// unevenly. Rounded up to a power of two. Default 32768, range 64 to 4194304.
    /// </summary>
    public int MaxEntries { get; init; } = 32_768;

    /// <summary>
    /// The largest memory of all cached tokens, in megabytes. A token of 700 characters takes about 2.5 KB. Default 128, range 1 to 65536.
    /// </summary>
    public int MaxMegabytes { get; init; } = 128;
}

/// <summary>Checks <c>Gateway:TokenCache</c>.</summary>
internal static class TokenCacheCheck
{
    public static void Run(TokenCacheOptions options, ConfigurationReport report)
    {
        report.Range("Gateway:TokenCache:MaxEntries", options.MaxEntries, 64, 4_194_304);
        report.Range("Gateway:TokenCache:MaxMegabytes", options.MaxMegabytes, 1, 65_536);
    }
}
