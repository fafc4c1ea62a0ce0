namespace Gateway.Tests.Docs;

/// <summary>docs/configuration.md as the tests read it: its table rows and its code blocks.</summary>
internal static class ConfigurationPage
{
    public static readonly string[] Lines = File.ReadAllLines(Path.Combine(Root(), "docs", "configuration.md"));

    /// <summary>The cells of every table row, without the bars and the spaces around them.</summary>
    public static IEnumerable<string[]> Rows =>
        Lines.Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Split(" | ").Select(cell => cell.Trim('|', ' ')).ToArray());

    /// <summary>The text of every block of a language.</summary>
    public static IEnumerable<string> Blocks(string language)
    {
        var block = new List<string>();
        var isInside = false;
        foreach (var line in Lines)
        {
            if (isInside && line == "```")
            {
                yield return string.Join('\n', block);
                isInside = false;
            }
            else if (isInside)
            {
                block.Add(line);
            }
            else if (line == "```" + language)
            {
                block.Clear();
                isInside = true;
            }
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Gateway.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
        }

        return folder.FullName;
    }
}
