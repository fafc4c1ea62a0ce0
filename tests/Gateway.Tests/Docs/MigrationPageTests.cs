using System.Text.RegularExpressions;
using Gateway.Testing;
using Gateway.Tests.Configuration;

namespace Gateway.Tests.Docs;

/// <summary>docs/migration: each page has a whole configuration that loads, and names settings that exist.</summary>
public sealed partial class MigrationPageTests
{
    public static TheoryData<string> Pages => [.. MigrationPage.Names];

    [Fact]
    public void Pages_are_those_that_the_readme_lists()
    {
        var readme = File.ReadAllText(Path.Combine(Script.Root, "README.md"));

        Link.Matches(readme).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal).ShouldBe(MigrationPage.Names);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Worked_configuration_loads(string page) =>
        (await CheckedConfiguration.ErrorsOfAsync(MigrationPage.WorkedText(page))).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Pages))]
    public void Settings_that_are_named_exist(string page)
    {
        var settings = ConfigurationPage.Rows.Select(row => row[0].Trim('`'))
            .Where(key => key.StartsWith("Gateway:", StringComparison.Ordinal))
            .ToArray();
        var named = Setting.Matches(MigrationPage.Read(page)).Select(match => match.Groups[1].Value).Distinct().ToArray();

        named.ShouldNotBeEmpty();
        named.Where(
            name => !settings.Any(setting => setting == name || setting.StartsWith(name + ':', StringComparison.Ordinal))).ShouldBeEmpty();
    }

    [GeneratedRegex(@"\(docs/migration/([a-z0-9-]+)\.md\)")]
    private static partial Regex Link { get; }

    [GeneratedRegex(@"`(Gateway:[A-Za-z:{}]*[A-Za-z}])")]
    private static partial Regex Setting { get; }
}
