using Gateway.Settings;

namespace Gateway.Authentication;

/// <summary>
/// How many verified tokens are kept: <c>Gateway:TokenCache</c>. A token that is not kept is verified again, and nothing else changes.
/// </summary>
internal sealed record TokenCacheOptions
{
    /// <summary>Tokens. Default 32768; 64 to 4194304, rounded up to a power of two. As many as are in use at the same time.</summary>
    public int MaxEntries { get; set; } = 32_768;

    /// <summary>Megabytes that they may take together, about 2.5 KB for one of 700 characters. Default 128; 1 to 65536.</summary>
    public int MaxMegabytes { get; set; } = 128;
}

/// <summary>Checks <c>Gateway:TokenCache</c>.</summary>
internal static class TokenCacheCheck
{
    public static void Run(TokenCacheOptions options, ConfigurationReport report)
    {
        if (options.MaxEntries is < 64 or > 4_194_304)
        {
            report.Error("Gateway:TokenCache:MaxEntries", $"{options.MaxEntries} is out of range.", "Use 64 to 4194304.");
        }

        if (options.MaxMegabytes is < 1 or > 65_536)
        {
            report.Error("Gateway:TokenCache:MaxMegabytes", $"{options.MaxMegabytes} is out of range.", "Use 1 to 65536.");
        }
    }
}
