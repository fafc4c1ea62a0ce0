namespace Gateway.Management.Status;

/// <summary>Which rows of the page's tables a person wants to see.</summary>
/// <param name="Text">Null for all rows.</param>
internal readonly record struct StatusFilter(string? Text)
{
    /// <summary>No token is as short, so that one that is pasted here by mistake is not taken.</summary>
    public const int MaxLength = 60;

    /// <summary>True when one of the texts contains the filter's.</summary>
    public bool Passes(params IEnumerable<string?> texts)
    {
        var wanted = Text;
        return wanted is null || texts.Any(text => text?.Contains(wanted, StringComparison.OrdinalIgnoreCase) == true);
    }

    /// <summary>Rows that pass, and says how many do not.</summary>
    public T[] Select<T>(Html html, IReadOnlyCollection<T> rows, Func<T, IEnumerable<string?>> texts)
    {
        var filter = this;
        var passing = rows.Where(row => filter.Passes(texts(row))).ToArray();
        if (passing.Length < rows.Count)
        {
            html.Add($"<p class=\"soft\">{passing.Length} of {rows.Count} contain “{Text}”.</p>");
        }

        return passing;
    }
}
