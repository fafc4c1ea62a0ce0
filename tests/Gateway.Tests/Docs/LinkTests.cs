using System.Text.RegularExpressions;
using Gateway.Testing;

namespace Gateway.Tests.Docs;

/// <summary>
/// Links between the pages of docs, of the repository's root and of the chart: each leads to a file, and to a heading of it; the index of docs
/// leads to every page, or to the README.md of its folder that does.
/// </summary>
public sealed partial class LinkTests
{
    private static readonly string Docs = Path.Combine(Script.Root, "docs");

    public static TheoryData<string> Pages => [.. AllPages()];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_lead_to_a_file_and_to_a_heading_of_it(string page)
    {
        var file = Path.Combine(Script.Root, page);
        foreach (var target in Link.Matches(WithoutCode(file))
                .Select(match => match.Groups[1].Value)
                .Where(target => !target.Contains("://", StringComparison.Ordinal)))
        {
            var (path, anchor) = target.Split('#', 2) is [var before, var after] ? (before, after) : (target, "");
            var leadsTo = path.Length == 0 ? file : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, path));

            Path.Exists(leadsTo).ShouldBeTrue($"{page} links to {target}");
            if (anchor.Length > 0)
            {
                Heading.Matches(WithoutCode(leadsTo))
                    .Select(match => AnchorOf(match.Groups[1].Value))
                    .ShouldContain(anchor, $"{page} links to {target}");
            }
        }
    }

    [Fact]
    public void Index_leads_to_every_page()
    {
        var linked = LinkedFrom("README.md").ToHashSet();
        linked.UnionWith(linked.Where(page => page.EndsWith("/README.md", StringComparison.Ordinal)).SelectMany(LinkedFrom).ToArray());
        var pages = AllPages().Where(page => page.StartsWith("docs/", StringComparison.Ordinal) && page != "docs/README.md")
            .Where(page => !page.StartsWith("docs/decisions/", StringComparison.Ordinal)).Select(page => page["docs/".Length..]);

        pages.Where(page => !linked.Contains(page)).ShouldBeEmpty();
    }

    /// <summary>The pages that an index links to; both as paths below docs.</summary>
    private static IEnumerable<string> LinkedFrom(string index) =>
        Link.Matches(File.ReadAllText(Path.Combine(Docs, index)))
            .Select(match => Path.GetFullPath(Path.Combine(Docs, Path.GetDirectoryName(index)!, match.Groups[1].Value.Split('#')[0])))
            .Select(file => Path.GetRelativePath(Docs, file).Replace('\\', '/'));

    private static IEnumerable<string> AllPages() => Directory.GetFiles(Docs, "*.md", SearchOption.AllDirectories)
        .Concat(Directory.GetFiles(Script.Root, "*.md"))
        .Append(Path.Combine(Script.Root, "helm", "gateway", "README.md"))
        .Append(Path.Combine(Script.Root, "loadtests", "README.md"))
        .Select(file => Path.GetRelativePath(Script.Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal);

    private static string WithoutCode(string file) => File.Exists(file) ? Fence.Replace(File.ReadAllText(file), "") : "";

    /// <summary>As GitHub makes it: lower case, punctuation removed, spaces to hyphens.</summary>
    private static string AnchorOf(string heading) => Punctuation.Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link { get; }

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading { get; }

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence { get; }

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex Punctuation { get; }
}
