using Gateway.Runtime;
using Gateway.Settings;

namespace Gateway.Configuration;

/// <summary>What a new reading of yarp.json changes, for the log: names, never values.</summary>
/// <param name="NeedRestart">Settings that differ and are read at the start only.</param>
internal sealed record ConfigurationChanges(string Summary, IReadOnlyList<string> NeedRestart)
{
    // What is opened once, listeners, stores, folders; and the end, which the grace period outside belongs to.
    private static readonly string[] ReadAtStart =
    [
        "Gateway:Management:Port", "Gateway:Drain", "Gateway:Keys", "Gateway:DataProtection", "Gateway:Revocation:Store",
        "Gateway:Revocation:Sqlite",
        "Gateway:Revocation:Redis", "Gateway:Revocation:SnapshotDirectory", "Gateway:Revocation:Lookup",
        "Gateway:ClientCertificate:AllowUntrusted",
        "Gateway:ExternalAuthorization", "Kestrel", "Urls",
    ];

    /// <summary>
    /// Compares the settings, overrides of the environment included, and not the text of the file: a new comment is no change.
    /// </summary>
    public static ConfigurationChanges Between(ConfigurationReading before, ConfigurationReading after)
    {
        var parts = new[]
        {
            Count("routes", before.Routes.ToDictionary(route => route.RouteId), after.Routes.ToDictionary(route => route.RouteId)),
            Count(
                "clusters", before.Clusters.ToDictionary(cluster => cluster.ClusterId),
                after.Clusters.ToDictionary(cluster => cluster.ClusterId)),
            Count("issuers", Sections(before, "Issuers"), Sections(after, "Issuers")),
            Count("policies", Sections(before, "Policies"), Sections(after, "Policies")),
        };
        var settings = after.Configuration.GetSection(GatewayOptions.SectionName).GetChildren().Select(section => section.Key)
            .Union(before.Configuration.GetSection(GatewayOptions.SectionName).GetChildren().Select(section => section.Key))
            .Except(["Issuers", "Policies"])
            .Where(name => !IsSame(before, after, $"{GatewayOptions.SectionName}:{name}"))
            .Concat(IsSame(before, after, "Logging") ? [] : ["Logging"]);
        var summary = string.Join(", ", parts.Concat(settings).Where(part => part is not null));
        return new ConfigurationChanges(
            summary.Length == 0 ? "no setting changed" : summary,
            [.. ReadAtStart.Where(path => !IsSame(before, after, path)), .. SharedWithoutRedis(before, after)]);
    }

    /// <summary>Shared limits of a process that was started without a connection to Redis: this process counts them by itself.</summary>
    private static IEnumerable<string> SharedWithoutRedis(ConfigurationReading before, ConfigurationReading after) =>
        before.Settings.Redis is not null ? []
        : after.Settings.RateLimits.Where(limit => limit.Value.Shared).Select(limit => $"Gateway:RateLimits:{limit.Key}:Shared");

    private static bool IsSame(ConfigurationReading before, ConfigurationReading after, string path) =>
        SectionComparison.IsSame(before.Configuration, after.Configuration, path);

    /// <summary>Each section below a name as one text, for comparison only. It may hold secrets and is never shown.</summary>
    private static Dictionary<string, string> Sections(ConfigurationReading reading, string name) =>
        reading.Configuration.GetSection($"{GatewayOptions.SectionName}:{name}").GetChildren().ToDictionary(
            section => section.Key,
            section =>
                string.Join(
                    '\n',
                    section.AsEnumerable()
                        .Where(setting => setting.Value is not null)
                        .Select(setting => $"{setting.Key}={setting.Value}")));

    /// <summary>"routes +1 -0 ~2", or null when none differs.</summary>
    private static string? Count<T>(string what, Dictionary<string, T> before, Dictionary<string, T> after)
    {
        var added = after.Keys.Count(name => !before.ContainsKey(name));
        var removed = before.Keys.Count(name => !after.ContainsKey(name));
        using var comparison = new ExactComparison();
        var changed = after.Count(pair => before.TryGetValue(pair.Key, out var old) && !comparison.AreSame(old, pair.Value));
        return added + removed + changed == 0 ? null : $"{what} +{added} -{removed} ~{changed}";
    }
}
