namespace Gateway.Telemetry;

/// <summary>
/// Turns off the host's log lines about requests for all providers and levels. They read the Host header before the first stage, and a
/// host that is not valid punycode would throw there. When they are on, the host also starts an activity and a scope for each request.
/// </summary>
internal static class RequestLines
{
    private const string Category = "Microsoft.AspNetCore.Hosting.Diagnostics";

    // Among matching rules, .NET prefers those that name the provider, then the longest category, then the last. A category has at most
    // one asterisk, so no longer pattern can match.
    private const string LongestPattern = $"{Category}*{Category}";

    /// <summary>Also applies after a reload of the levels, which creates new options.</summary>
    public static void SilenceRequestLines(this ILoggingBuilder logging) =>
        logging.Services.PostConfigure<LoggerFilterOptions>(static options =>
        {
            foreach (var provider in options.Rules.Select(rule => rule.ProviderName).Append(null).Distinct().ToArray())
            {
                options.Rules.Add(new LoggerFilterRule(provider, LongestPattern, LogLevel.None, null));
            }
        });
}
