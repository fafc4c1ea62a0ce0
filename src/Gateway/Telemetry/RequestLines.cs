namespace Gateway.Telemetry;

/// <summary>
/// Turns off the host's lines about requests, at every level of every log. They read the Host before the first stage, and a host that is
/// not valid punycode would end the request there. With them on, the host also begins a trace and a scope for each request.
/// </summary>
internal static class RequestLines
{
    private const string Category = "Microsoft.AspNetCore.Hosting.Diagnostics";

    // Of the rules that match, those that name the provider win, then the longest category, then the last. A category has one asterisk at
    // most, so no longer one matches.
    private const string LongestPattern = $"{Category}*{Category}";

    /// <summary>Holds after a reload of the levels too, which makes the options anew.</summary>
    public static void SilenceRequestLines(this ILoggingBuilder logging) =>
        logging.Services.PostConfigure<LoggerFilterOptions>(static options =>
        {
            foreach (var provider in options.Rules.Select(rule => rule.ProviderName).Append(null).Distinct().ToArray())
            {
                options.Rules.Add(new LoggerFilterRule(provider, LongestPattern, LogLevel.None, null));
            }
        });
}
