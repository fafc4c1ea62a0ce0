namespace Gateway.Settings;

/// <summary>Suggests the known name that is closest to a misspelt one.</summary>
internal static class Suggestion
{
    /// <summary>A cure for an unknown name: the closest known one, or all of them.</summary>
    public static string For(string name, IEnumerable<string> known)
    {
        var candidates = known.ToArray();
        return Closest(name, candidates) is { } closest
            ? $"Did you mean \"{closest}\"?"
            : candidates.Length == 0
                ? "Remove it; no name is defined here."
                : $"Known names: {string.Join(", ", candidates.Order(StringComparer.OrdinalIgnoreCase))}.";
    }

    /// <summary>The known name that was probably meant; null when none is close.</summary>
    public static string? Closest(string name, IEnumerable<string> known)
    {
        var closest = known.MinBy(candidate => Distance(name, candidate));
        // Two wrong letters, or a third of a long name. A suggestion that is too far away would mislead.
        return closest is not null && Distance(name, closest) <= Math.Max(2, name.Length / 3) ? closest : null;
    }

    /// <summary>The Levenshtein distance, without regard to case.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var cost = char.ToUpperInvariant(one[i - 1]) == char.ToUpperInvariant(other[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + cost));
            }
        }

        return row[other.Length];
    }
}
