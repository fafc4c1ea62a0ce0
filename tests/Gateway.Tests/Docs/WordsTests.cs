using System.Text.RegularExpressions;
using Gateway.Testing;

namespace Gateway.Tests.Docs;

/// <summary>Comments, messages and pages name the actor, and one thing has one word.</summary>
public sealed partial class WordsTests
{
    private static readonly string[] Folders = ["src", "docs", "helm", "build"];
    private static readonly string[] Kinds = [".cs", ".md", ".yaml", ".tpl", ".sh", ".razor", ".html"];

    /// <summary>Names of the outward contract, and the system's own messages.</summary>
    private static readonly string[] Allowed =
    [
        "\"refused\"", "<c>refused</c>", "`refused`", "gateway.rate_limit.refusals", "{refusal}", "gateway_rate_limit_refusals",
        "onnectionRefused", "onnection refused",
        "connection is refused", "kept, refused, lost",
    ];

    [Fact]
    public void Sources_and_pages_use_no_word_of_the_list()
    {
        var root = Script.Root;
        var found = Folders
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories))
            .Append(Path.Combine(root, "README.md"))
            .Append(Path.Combine(root, "CONTRIBUTING.md"))
            .Where(file => Kinds.Contains(Path.GetExtension(file))
                && !Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .SelectMany(file =>
                File.ReadLines(file).Select((line, index) => (Place: $"{Path.GetRelativePath(root, file)}:{index + 1}", Line: line)))
            .Where(at =>
                ForbiddenWord().IsMatch(Allowed.Aggregate(at.Line, (line, allowed) => line.Replace(allowed, "", StringComparison.Ordinal))))
            .Select(at => $"{at.Place}: {at.Line.Trim()}");

        found.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Nobody else reads it.", true)]
    [InlineData("The configuration in force.", true)]
    [InlineData("A token is refused.", true)]
    [InlineData("The proxy enforces the policy.", false)]
    public void Word_is_found_in_any_case(string line, bool expected) => ForbiddenWord().IsMatch(line).ShouldBe(expected);

    [GeneratedRegex(@"\b(nobody|whoever|anybody|somebody|everybody|in force|refus(e|es|ed|ing|al|als))\b", RegexOptions.IgnoreCase)]
    private static partial Regex ForbiddenWord();
}
