using System.Text.RegularExpressions;
using Gateway.Testing;

namespace Gateway.Tests.Docs;

/// <summary>The result blocks in docs, which measurements write.</summary>
public sealed partial class MeasuredBlockTests
{
    [Fact]
    public void Every_block_that_a_measurement_writes_has_content()
    {
        var blocks = Directory.EnumerateFiles(Path.Combine(Script.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .SelectMany(file =>
                Block()
                    .Matches(File.ReadAllText(file))
                    .Select(match => (Name: $"{Path.GetFileName(file)}: {match.Groups[1].Value}", Text: match.Groups[2].Value)))
            .ToList();

        blocks.Count.ShouldBeGreaterThan(4);
        blocks.Where(block => string.IsNullOrWhiteSpace(block.Text)).Select(block => block.Name).ShouldBeEmpty();
    }

    [GeneratedRegex(@"<!-- ([a-z-]+): written by [^>]*-->(.*?)<!-- end of \1 -->", RegexOptions.Singleline)]
    private static partial Regex Block();
}
