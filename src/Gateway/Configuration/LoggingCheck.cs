using System.Globalization;
using Gateway.Settings;
using Gateway.Telemetry;

namespace Gateway.Configuration;

/// <summary>
/// Checks what the schema of <c>Logging</c> cannot. The framework throws when it creates a logger or writes the first line, which would end
/// the process.
/// </summary>
internal static class LoggingCheck
{
    private const string TimestampFormat =
        $"{SettingSchema.Logging}:{nameof(LoggingSection.Console)}:" +
            $"{nameof(ConsoleLogging.FormatterOptions)}:{nameof(ConsoleFormatting.TimestampFormat)}";

    private const string MaxQueueLength =
        $"{SettingSchema.Logging}:{nameof(LoggingSection.Console)}:{nameof(ConsoleLogging.MaxQueueLength)}";
    // Messages that wait for the console. Each takes memory, so a slow console must not let them grow without limit.
    private const int LongestQueue = 1_000_000;

    public static void Run(IConfiguration configuration, ConfigurationReport report)
    {
        CheckCategories(configuration.GetSection(SettingSchema.Logging), report);
        if (configuration[TimestampFormat] is { Length: > 0 } format && !IsFormat(format))
        {
            report.Error(
                TimestampFormat, "this is not a format for dates and times.",
                "Write one such as \"yyyy-MM-ddTHH:mm:ss.fffZ \", or leave it out.");
        }

        if (int.TryParse(configuration[MaxQueueLength], NumberStyles.Integer, CultureInfo.InvariantCulture, out var length)
            && length is < 1 or > LongestQueue)
        {
            report.Error(MaxQueueLength, "this is out of range.", "Choose 1 to 1000000.");
        }
    }

    /// <summary>The levels of all receivers, and of each.</summary>
    private static void CheckCategories(IConfigurationSection logging, ConfigurationReport report)
    {
        foreach (var levels in logging.GetChildren().Append(logging).Select(part => part.GetSection(nameof(LoggingSection.LogLevel))))
        {
            foreach (var category in levels.GetChildren().Where(category => category.Key.Count(letter => letter == '*') > 1))
            {
                report.Error(
                    category.Path, "a category has one asterisk at most.",
                    "Write the beginning of the names, such as \"Microsoft.AspNetCore\"; an asterisk may stand between beginning and end.");
            }
        }
    }

    /// <summary>Formats a date with it, because that is where an invalid format throws.</summary>
    private static bool IsFormat(string format)
    {
        try
        {
            _ = DateTimeOffset.UnixEpoch.ToString(format, CultureInfo.CurrentCulture);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
