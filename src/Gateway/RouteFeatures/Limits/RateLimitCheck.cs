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
            report.Range($"{TimeoutSection}:{name}", time, ShortestTimeout, OneDay);
        }

        return timeouts.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    private static RateLimitPartition Check(string path, RateLimitOptions options, string[] derived, ConfigurationReport report)
    {
        if (options.Permits is null)
        {
            report.Error(path, "a limit needs a number.", "Set Permits.");
        }

        report.Range($"{path}:Permits", options.Permits, 1, 1_000_000);
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
        else
        {
            report.Range($"{path}:Window", options.Window, ShortestWindow, OneDay);
        }

        report.Range($"{path}:Segments", options.Segments, 2, 100);
        report.Range($"{path}:Queue", options.Queue, 0, 10_000);

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
