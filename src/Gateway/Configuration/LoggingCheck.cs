using System.Globalization;
using Gateway.Settings;
using Gateway.Telemetry;

namespace Gateway.Configuration;

/// <summary>
/// Checks the formats in <c>Logging</c>, which the schema cannot: with an invalid format the first log line would end the process.
/// </summary>
internal static class LoggingCheck
{
    private const string TimestampFormat =
        $"{SettingSchema.Logging}:{nameof(LoggingSection.Console)}:{nameof(ConsoleLogging.FormatterOptions)}:{nameof(ConsoleFormatting.TimestampFormat)}";

    private const string MaxQueueLength = $"{SettingSchema.Logging}:{nameof(LoggingSection.Console)}:{nameof(ConsoleLogging.MaxQueueLength)}";
    private const int LongestQueue = 1_000_000;

    public static void Run(IConfiguration configuration, ConfigurationReport report)
    {
        if (configuration[TimestampFormat] is { Length: > 0 } format && !IsFormat(format))
        {
            report.Error(TimestampFormat, "this is not a format for dates and times.", "Write one such as \"yyyy-MM-ddTHH:mm:ss.fffZ \", or leave it out.");
        }

        if (int.TryParse(configuration[MaxQueueLength], NumberStyles.Integer, CultureInfo.InvariantCulture, out var length) && length is < 1 or > LongestQueue)
        {
            report.Error(MaxQueueLength, "this is out of range.", "Choose 1 to 1000000.");
        }
    }

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
