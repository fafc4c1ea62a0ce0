using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Settings;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests.Settings;

/// <summary>The index gives the sections that .NET's own provider gives, in the same order, without a search of all settings.</summary>
public sealed class IndexedSourceTests
{
    private static readonly string[] Names = ["a", "B", "10", "2", "1", "a b", "é", "Z"];

    [Fact]
    public void Sections_are_those_of_the_framework() => Prop.ForAll(
        Gen.Elements(Names).ListOf().Where(names => names.Count is > 0 and < 5).Select(names => string.Join(':', names)).ListOf().ToArbitrary(),
        paths =>
        {
            var settings = paths.Distinct(StringComparer.OrdinalIgnoreCase)
                .Select((path, i) => KeyValuePair.Create(path, i % 7 == 6 ? null : (string?)$"{i}"))
                .ToDictionary(StringComparer.OrdinalIgnoreCase);
            var others = new Dictionary<string, string?> { ["a:B"] = "other", ["x:3"] = "other" };

            var plain = new ConfigurationBuilder().AddInMemoryCollection(settings).AddInMemoryCollection(others).Build();

            var indexed = new ConfigurationBuilder().Add(new IndexedSource(settings)).AddInMemoryCollection(others).Build();
            var alone = new ConfigurationBuilder().Add(new IndexedSource(settings)).Build();

            Names.Prepend("").Where(name => !Same(name, indexed, plain)).ShouldBeEmpty();
            var plainAlone = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
            Names.Prepend("").Where(name => !Same(name, alone, plainAlone)).ShouldBeEmpty();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Setting_that_is_added_later_is_found()
    {
        var configuration = new ConfigurationBuilder().Add(new IndexedSource(new Dictionary<string, string?> { ["a:b"] = "1" })).Build();

        configuration["a:c:d"] = "2";

        configuration.GetSection("a").GetChildren().Select(child => child.Key).ShouldBe(["b", "c"]);
    }

    /// <summary>Otherwise the time to read a file would grow with the square of its routes.</summary>
    [Fact]
    public void Time_to_find_the_children_of_a_section_does_not_depend_on_how_many_sections_there_are()
    {
        var (few, many) = (Shortest(sections: 100), Shortest(sections: 100_000));

        many.ShouldBeLessThan(20 * few);
    }

    /// <summary>The shortest of many times, in ticks: other work on the machine lengthens some of them.</summary>
    private static long Shortest(int sections)
    {
        var settings = Enumerable.Range(0, sections).Select(i => KeyValuePair.Create($"routes:{i}:path", (string?)"/"));
        var provider = new IndexedSource(settings.ToDictionary()).Build(new ConfigurationBuilder());
        provider.Load();
        return Enumerable.Range(0, 50).Min(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < 20; i++)
            {
                provider.GetChildKeys([], "routes:7").ShouldHaveSingleItem();
            }

            return Stopwatch.GetTimestamp() - start;
        });
    }

    private static bool Same(string path, IConfiguration one, IConfiguration other)
    {
        var (first, second) = path.Length == 0 ? (one, other) : (one.GetSection(path), other.GetSection(path));
        return first.AsEnumerable().SequenceEqual(second.AsEnumerable())
            && first.GetChildren().Select(child => child.Key).SequenceEqual(second.GetChildren().Select(child => child.Key));
    }
}
