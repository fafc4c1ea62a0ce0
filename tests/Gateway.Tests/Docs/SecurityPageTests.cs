using System.Text.RegularExpressions;
using Gateway.Testing;

namespace Gateway.Tests.Docs;

/// <summary>docs/security.md names tests as evidence; each must exist.</summary>
public sealed partial class SecurityPageTests
{
    [Fact]
    public void Every_test_that_the_page_names_exists()
    {
        var page = File.ReadAllText(Path.Combine(Script.Root, "docs", "security.md"));
        var named = TestName.Matches(page).Select(match => match.Groups[1].Value).Distinct().ToArray();
        var written = Directory.EnumerateFiles(Path.Combine(Script.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .SelectMany(file => Method.Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .ToHashSet();

        named.Length.ShouldBeGreaterThan(30);
        named.Where(name => !written.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_threat_names_a_test()
    {
        var rows = File.ReadLines(Path.Combine(Script.Root, "docs", "security.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| threat", StringComparison.Ordinal));

        rows.Where(row => !TestName.IsMatch(row)).ShouldBeEmpty();
    }

    [GeneratedRegex("`([A-Z][a-z0-9]+(?:_[A-Za-z0-9]+){2,})`")]
    private static partial Regex TestName { get; }

    [GeneratedRegex(@"public (?:async Task|Task|void) (\w+)\(")]
    private static partial Regex Method { get; }
}
