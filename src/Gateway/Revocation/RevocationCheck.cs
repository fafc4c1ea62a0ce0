using Gateway.Redis;
using Gateway.Settings;

namespace Gateway.Revocation;

/// <summary>Checks <c>Gateway:Revocation</c>.</summary>
internal static class RevocationCheck
{
    private const string Section = "Gateway:Revocation";
    private static readonly TimeSpan MinStaleness = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxStaleness = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestCheck = TimeSpan.FromSeconds(1);

    /// <summary>The settings of Redis if it is the store or used for look-ups; else null.</summary>
    public static RedisSettings? Run(RevocationOptions options, SettingsContext context, out LookupSettings? lookup)
    {
        var report = context.Report;
        report.Range($"{Section}:MaxStaleness", options.MaxStaleness, MinStaleness, MaxStaleness);

        if (options.Store == RevocationStore.Sqlite && string.IsNullOrWhiteSpace(options.Sqlite.Path))
        {
            report.Error($"{Section}:Sqlite:Path", "the store Sqlite needs the path of a file.", "Name one, such as data/revocations.db.");
        }

        lookup = LookupCheck.Build(options.Lookup, context);
        return options.Store == RevocationStore.Redis || lookup is not null
            ? RedisCheck.Build(options.Redis, context)
            : null;
    }

    /// <summary>How often the store is polled without a notification: well within <paramref name="maxStaleness"/>.</summary>
    public static TimeSpan CheckEvery(TimeSpan maxStaleness) => maxStaleness / 4 < LongestCheck ? maxStaleness / 4 : LongestCheck;
}
