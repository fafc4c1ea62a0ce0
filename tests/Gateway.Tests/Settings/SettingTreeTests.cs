using FsCheck;
using FsCheck.Fluent;
using Gateway.Settings;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests.Settings;

/// <summary>The tree gives the sections that .NET's own configuration gives, in the same order and with the same paths.</summary>
public sealed class SettingTreeTests
{
    private static readonly string[] Names = ["a", "B", "10", "2", "1", "a b", "é", "Z", "c", "d", "e", ""];
    private static readonly string[] TwoSpellings = [.. Names, "A", "b", "É"];

    [Fact]
    public void Sections_are_those_of_the_framework() => ShouldBeThoseOfTheFramework(PathOf(Names));

    [Fact]
    public void Sections_are_those_of_the_framework_also_when_they_are_read_in_another_case() =>
        ShouldBeThoseOfTheFramework(PathOf(TwoSpellings));

    [Fact]
    public void Host_reads_empty_values_as_they_are()
    {
        var tree = SettingTree.Of([new("a:password", ""), new("a:2", "x"), new("a:10", "y")]);
        var host = new ConfigurationManager();
        host.Sources.Add(new SettingTreeSource(tree));
        host.AddInMemoryCollection([new("a:1", "z"), new("a:2", "over")]);

        host["a:password"].ShouldBe("");
        host.GetSection("a").GetChildren().Select(child => (child.Key, child.Value))
            .ShouldBe([("1", "z"), ("2", "over"), ("10", "y"), ("password", "")]);
    }

    private static Gen<string> PathOf(string[] names) =>
        Gen.Elements(names).ListOf().Where(some => some.Count is > 0 and < 5).Select(some => string.Join(':', some));

    private static void ShouldBeThoseOfTheFramework(Gen<string> anyPath) => Prop.ForAll(
        anyPath.ListOf().ToArbitrary(), anyPath.ToArbitrary(),
        (paths, other) =>
        {
            var settings = paths.Distinct(StringComparer.OrdinalIgnoreCase)
                .Select((path, i) => KeyValuePair.Create(path, i % 3 == 0 ? "" : $"{i}")).ToDictionary(StringComparer.OrdinalIgnoreCase)
                .ToDictionary(pair => pair.Key, pair => (string?)pair.Value, StringComparer.OrdinalIgnoreCase);
            // Of two spellings of a section, the framework takes either; the tree takes the first.
            var plain = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
            var tree = SettingTree.Of(settings);
            var isAmbiguous = HasTwoSpellings(settings.Keys);

            (isAmbiguous || All(tree).SequenceEqual(All(plain))).ShouldBeTrue();
            foreach (var path in paths.Append(other))
            {
                tree[path].ShouldBe(plain[path]);
                var (one, same) = (tree.GetSection(path), plain.GetSection(path));
                (one.Key, one.Path, one.Value).ShouldBe((same.Key, same.Path, same.Value));
                (isAmbiguous || All(one).SequenceEqual(All(same))).ShouldBeTrue();
                one.Exists().ShouldBe(same.Exists());
                one.GetSection(other).Path.ShouldBe(same.GetSection(other).Path);
                one[other].ShouldBe(same[other]);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Section_that_is_read_in_another_case_has_its_children_under_the_path_that_was_asked_for()
    {
        var tree = SettingTree.Of([new("reverseProxy:Routes:one:match:Path", "/")]);

        tree.GetSection("ReverseProxy:Routes:one").GetSection("Match").GetChildren().ShouldHaveSingleItem()
            .Path.ShouldBe("ReverseProxy:Routes:one:Match:Path");
    }

    [Fact]
    public void Section_that_is_not_there_does_not_appear_by_being_read()
    {
        var tree = SettingTree.Of([new("a:b", "1")]);

        tree.GetSection("a:c:d").Exists().ShouldBeFalse();

        tree.GetSection("a").GetChildren().Select(child => child.Key).ShouldBe(["b"]);
    }

    [Fact]
    public void Setting_that_is_added_later_is_found()
    {
        var tree = SettingTree.Of([new("a:b", "1")]);

        tree["a:c:d"] = "2";

        tree.GetSection("a").GetChildren().Select(child => child.Key).ShouldBe(["b", "c"]);
    }

    /// <summary>A reload of many routes would allocate a multiple of its file, and the collector's pauses delay requests.</summary>
    [Fact]
    public void Reading_what_is_there_allocates_nothing()
    {
        var tree = SettingTree.Of(Enumerable.Range(0, 1000).Select(i => KeyValuePair.Create($"routes:{i}:path", (string?)"/")));
        Read();
        var before = GC.GetAllocatedBytesForCurrentThread();

        Read();

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Read()
        {
            _ = tree.GetSection("routes:7").GetChildren();
            _ = tree.GetSection("routes").GetSection("8").Path;
            _ = tree["routes:999:path"];
        }
    }

    private static bool HasTwoSpellings(IEnumerable<string> paths)
    {
        var sections = paths
            .SelectMany(path => Enumerable.Range(1, path.Split(':').Length).Select(count => string.Join(':', path.Split(':').Take(count))))
            .ToHashSet(StringComparer.Ordinal);
        return sections.Distinct(StringComparer.OrdinalIgnoreCase).Count() < sections.Count;
    }

    private static IEnumerable<(string, string?)> All(IConfiguration configuration) =>
        configuration.AsEnumerable().Select(setting => (setting.Key, setting.Value))
            .Concat(configuration.GetChildren().Select(child => (child.Key, child.Value)));
}
