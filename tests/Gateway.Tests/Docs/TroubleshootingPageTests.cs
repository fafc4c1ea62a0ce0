using System.Text.RegularExpressions;
using Gateway.Jose;
using Gateway.Testing;

namespace Gateway.Tests.Docs;

/// <summary>A reason in a log line leads to a cause and a cure in docs/troubleshooting.md.</summary>
public sealed partial class TroubleshootingPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Script.Root, "docs", "troubleshooting.md"));

    [Fact]
    public void Table_of_401_has_each_reason_of_that_status()
    {
        var expected = Enum.GetValues<RejectionReason>().Select(Rejections.Of)
            .Where(rejection => rejection.Status == 401).Select(rejection => rejection.Tag);

        Row.Matches(SectionOf("401 by reason")).Select(match => match.Groups[1].Value).ShouldBe(expected, ignoreOrder: true);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(503)]
    public void Section_of_another_status_names_each_of_its_reasons(int status)
    {
        var section = SectionOf($"{status}");

        foreach (var rejection in Enum.GetValues<RejectionReason>().Select(Rejections.Of).Where(rejection => rejection.Status == status))
        {
            section.ShouldContain($"`{rejection.Tag}`");
        }
    }

    private static string SectionOf(string heading)
    {
        var start = Page.IndexOf($"## {heading}\n", StringComparison.Ordinal);
        start.ShouldBeGreaterThan(0, heading);
        var end = Page.IndexOf("\n## ", start, StringComparison.Ordinal);
        return end < 0 ? Page[start..] : Page[start..end];
    }

    [GeneratedRegex("^\\| `([a-z_]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Row { get; }
}
