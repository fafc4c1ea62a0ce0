using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Gateway.Host;
using Gateway.Testing;

namespace Gateway.Tests.Docs;

/// <summary>CHANGELOG.md and docs/upgrading.md have the same versions, and the newest is the one that this repository builds.</summary>
public sealed partial class ChangelogTests
{
    private static readonly string[] Groups = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

    private static readonly PageSection[] Changelog = Sections("CHANGELOG.md");
    private static readonly PageSection[] Upgrading =
        [.. Sections(Path.Combine("docs", "upgrading.md")).Where(section => section.Heading != "Steps")];

    private static PageSection[] Versions => Changelog[1..];

    public static TheoryData<string> Headings => [.. Versions.Select(section => section.Heading)];

    [Fact]
    public void Changelog_begins_with_what_is_unreleased_and_goes_on_with_versions_from_the_newest_to_the_oldest()
    {
        Changelog[0].Heading.ShouldBe("Unreleased");
        Versions.ShouldNotBeEmpty();

        var versions = Versions.Select(section => VersionHeading.Match(section.Heading)).ToArray();
        versions.ShouldAllBe(match => match.Success);
        versions.Select(match => Version.Parse(match.Groups[1].Value)).ShouldBeInOrder(SortDirection.Descending);
        versions.Select(match => DateOnly.ParseExact(match.Groups[2].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture))
            .ShouldBeInOrder(SortDirection.Descending);
    }

    [Fact]
    public void Newest_version_of_the_changelog_is_the_version_of_the_program_the_image_and_the_chart()
    {
        var newest = VersionHeading.Match(Versions[0].Heading).Groups[1].Value;
        var chart = Read(Path.Combine("helm", "gateway", "Chart.yaml"));
        var program = typeof(GatewayApp).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

        program.Split('+')[0].ShouldBe(newest);
        AppVersion.Match(chart).Groups[1].Value.ShouldBe(newest);
        ImageVersion.Matches(Read("Dockerfile")).Select(match => match.Groups[1].Value).Distinct().ShouldHaveSingleItem().ShouldBe(newest);
        ImageTag.Matches(Read(Path.Combine("docs", "kubernetes.md"))).Select(match => match.Groups[1].Value).Distinct()
            .ShouldHaveSingleItem().ShouldBe(newest);
        Versions[0].Text.ShouldContain($"chart {ChartVersion.Match(chart).Groups[1].Value}");
    }

    [Fact]
    public void Upgrade_notes_have_a_section_for_each_version_of_the_changelog() =>
        Upgrading.Select(section => section.Heading).ShouldBe(Versions.Select(section => section.Heading));

    [Theory]
    [MemberData(nameof(Headings))]
    public void Every_entry_with_a_title_has_an_upgrade_note_with_the_same_title(string heading)
    {
        var titles = Title.Matches(Versions.Single(section => section.Heading == heading).Text).Select(match => match.Groups[1].Value);
        var notes = Note.Matches(Upgrading.Single(section => section.Heading == heading).Text).Select(match => match.Groups[1].Value);

        notes.Except(["What changed"]).Select(Lower).ShouldBe(titles.Select(Lower), ignoreOrder: true);

        static string Lower(string title) => title.ToLowerInvariant();
    }

    [Theory]
    [MemberData(nameof(Headings))]
    public void Entries_stand_in_groups_in_a_fixed_order(string heading)
    {
        var groups = Group.Matches(Versions.Single(section => section.Heading == heading).Text)
            .Select(match => match.Groups[1].Value).ToArray();

        groups.ShouldBe(Groups.Where(groups.Contains));
    }

    private static PageSection[] Sections(string page) =>
    [
        .. Section.Split(Read(page)).Skip(1)
            .Select(text => new PageSection(text[..text.IndexOf('\n', StringComparison.Ordinal)], text)),
    ];

    private static string Read(string path) => File.ReadAllText(Path.Combine(Script.Root, path));

    /// <param name="Heading">The text after <c>##</c>.</param>
    /// <param name="Text">Everything up to the next heading of this level.</param>
    private sealed record PageSection(string Heading, string Text);

    [GeneratedRegex("^## ", RegexOptions.Multiline)]
    private static partial Regex Section { get; }

    [GeneratedRegex("^### (.+)$", RegexOptions.Multiline)]
    private static partial Regex Group { get; }

    [GeneratedRegex(@"^(\d+\.\d+\.\d+) - (\d{4}-\d{2}-\d{2})$")]
    private static partial Regex VersionHeading { get; }

    [GeneratedRegex(@"^- \*\*(?:(?:Breaking|Check): )?(.+?)\.\*\*", RegexOptions.Multiline)]
    private static partial Regex Title { get; }

    [GeneratedRegex(@"^\| (?!-)(.+?) \|", RegexOptions.Multiline)]
    private static partial Regex Note { get; }

    [GeneratedRegex("^version: (.+)$", RegexOptions.Multiline)]
    private static partial Regex ChartVersion { get; }

    [GeneratedRegex("^appVersion: \"?([^\"\n]+)\"?$", RegexOptions.Multiline)]
    private static partial Regex AppVersion { get; }

    [GeneratedRegex("^ARG VERSION=(.+)$", RegexOptions.Multiline)]
    private static partial Regex ImageVersion { get; }

    [GeneratedRegex(@"gateway:(\d+\.\d+\.\d+)")]
    private static partial Regex ImageTag { get; }
}
