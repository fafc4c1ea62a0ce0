namespace Gateway.Settings;

/// <summary>Compares a section of two configurations, overrides included.</summary>
internal static class SectionComparison
{
    /// <summary>
    /// Compares values, not text: the order of keys, white space and comments of the file do not count. The case of keys does.
    /// </summary>
    public static bool IsSame(IConfiguration one, IConfiguration other, string path) =>
        ValuesOf(one, path).SequenceEqual(ValuesOf(other, path));

    private static IEnumerable<KeyValuePair<string, string?>> ValuesOf(IConfiguration configuration, string path) =>
        configuration.GetSection(path).AsEnumerable()
            .Where(setting => setting.Value is not null)
            .OrderBy(setting => setting.Key, StringComparer.Ordinal);
}
