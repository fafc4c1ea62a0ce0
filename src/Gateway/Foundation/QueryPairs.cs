namespace Gateway.Foundation;

/// <summary>Splits a query into parameters. Names are decoded for comparison only; nothing is merged or reordered.</summary>
internal static class QueryPairs
{
    /// <summary>The undecoded values of a parameter. Case is ignored, because some destinations ignore it too.</summary>
    public static IEnumerable<ReadOnlyMemory<char>> ValuesOf(string query, string name) =>
        Split(query).Where(pair => IsNamed(pair, name))
            .Select(pair => pair.IndexOf('=', StringComparison.Ordinal) is >= 0 and var end ? pair.AsMemory(end + 1) : default);

    /// <summary>The query without parameters of these names; the same string where it has none.</summary>
    public static string Without(string query, IReadOnlyCollection<string> names)
    {
        var pairs = Split(query);
        var kept = pairs.Where(pair => !names.Any(name => IsNamed(pair, name))).ToArray();
        return kept.Length == pairs.Length ? query : kept.Length == 0 ? "" : $"?{string.Join('&', kept)}";
    }

    /// <summary>The parameters of these names, as the query writes them.</summary>
    public static IEnumerable<string> NamesIn(string query, IReadOnlyCollection<string> names) =>
        Split(query)
            .Where(pair => names.Any(name => IsNamed(pair, name)))
            .Select(pair => pair.Split('=')[0])
            .Distinct(StringComparer.Ordinal);

    private static string[] Split(string query) => query.Length > 1 ? query[1..].Split('&') : [];

    private static bool IsNamed(string pair, string name)
    {
        var end = pair.IndexOf('=', StringComparison.Ordinal);
        return Uri.UnescapeDataString(end < 0 ? pair : pair[..end]).Equals(name, StringComparison.OrdinalIgnoreCase);
    }
}
