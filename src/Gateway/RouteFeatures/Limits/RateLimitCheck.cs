using System.Collections.Frozen;
using Gateway.Settings;

namespace Gateway.RouteFeatures.Limits;

/// <summary>Checks <c>Gateway:RateLimits</c> and <c>Gateway:Timeouts</c>.</summary>
internal static class RateLimitCheck
{
    private const string Section = "Gateway:RateLimits";
    private const string TimeoutSection = "Gateway:Timeouts";
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    /// <param name="hasRedis">Whether a Redis is configured.</param>
    public static FrozenDictionary<string, RateLimitSettings> Build(
        Dictionary<string, RateLimitOptions> limits, string[] derived, bool hasRedis, ConfigurationReport report)
    {
        var built = new Dictionary<string, RateLimitSettings>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, options) in limits)
        {
            ReservedNames.Check($"{Section}:{name}", name, report);
            var partition = Check($"{Section}:{name}", options, derived, report);
            SharedLimitCheck.Run($"{Section}:{name}", options, hasRedis, report);
            built[name] = new RateLimitSettings(
                name, options.Kind, options.Permits ?? 0, options.Window, options.Segments, options.Queue, partition, options.Shared);
        }

        return built.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    public static FrozenDictionary<string, TimeSpan> BuildTimeouts(Dictionary<string, TimeSpan> timeouts, ConfigurationReport report)
    {
        foreach (var (name, time) in timeouts)
        {
            ReservedNames.Check($"{TimeoutSection}:{name}", name, report);
            if (time < ShortestTimeout || time > OneDay)
            {
                report.Error($"{TimeoutSection}:{name}", "this is out of range.", "Choose 00:00:00.001 to 1.00:00:00.");
            }
        }

        return timeouts.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    private static RateLimitPartition Check(string path, RateLimitOptions options, string[] derived, ConfigurationReport report)
    {
        if (options.Permits is null)
        {
            report.Error(path, "a limit needs a number.", "Set Permits.");
        }
        else if (options.Permits is < 1 or > 1_000_000)
        {
            report.Error($"{path}:Permits", "this is out of range.", "Choose 1 to 1000000.");
        }

        if (options.Kind == RateLimitKind.Concurrency)
        {
            if (options.Window is not null)
            {
                report.Error($"{path}:Window", "requests under way are not counted by time.", "Remove it, or choose another Kind.");
            }
        }
        else if (options.Window is null)
        {
            report.Error(path, "a limit needs the time that it is for.", "Set Window, such as \"00:01:00\".");
        }
        else if (options.Window < ShortestWindow || options.Window > OneDay)
        {
            report.Error($"{path}:Window", "this is out of range.", "Choose 00:00:00.100 to 1.00:00:00.");
        }

        if (options.Segments is < 2 or > 100)
        {
            report.Error($"{path}:Segments", "this is out of range.", "Choose 2 to 100.");
        }

        if (options.Queue is < 0 or > 10_000)
        {
            report.Error($"{path}:Queue", "this is out of range.", "Choose 0 to 10000.");
        }

        if (!RateLimitPartition.TryParse(options.PartitionBy, derived, out var partitions))
        {
            report.Error(
                $"{path}:PartitionBy", "this does not name a value by which requests can be partitioned.",
                $"Write {RateLimitPartition.Address}, {RateLimitPartition.Route}, a claim's name, nested members joined by dots; or one " +
                    $"of {string.Join(", ", derived)}.");
        }

        return partitions;
    }
}
