using System.Text.RegularExpressions;
using Gateway.Testing;
using Gateway.Tokens;
using NetArchTest.Rules;

namespace Gateway.Tests;

/// <summary>The layers of docs/architecture.md, over the compiled assembly.</summary>
public sealed partial class ArchitectureTests
{
    private const int LargestCycle = 3;

    private static readonly string[] Layers =
    [
        .. LayerRow().Matches(File.ReadAllText(Path.Combine(Script.Root, "docs", "architecture.md"))).Select(row => row.Groups[1].Value),
    ];

    public static TheoryData<string> LayerNames => [.. Layers];

    [Fact]
    public void Every_folder_is_a_layer()
    {
        var folders = Types.InAssembly(typeof(AccessTokenValidator).Assembly).GetTypes()
            .Select(type => type.ReflectionType.Namespace ?? "")
            .Where(name => name.StartsWith("Gateway.", StringComparison.Ordinal))
            .Select(name => name.Split('.')[1])
            .Distinct();

        folders.Order().ShouldBe(Layers.Order());
    }

    [Theory]
    [MemberData(nameof(LayerNames))]
    public void Layer_uses_only_the_layers_above_it_in_the_list(string layer)
    {
        var below = Layers[(Array.IndexOf(Layers, layer) + 1)..].Select(name => $"Gateway.{name}").ToArray();

        var result = Types.InAssembly(typeof(AccessTokenValidator).Assembly)
            .That().ResideInNamespaceMatching($@"^Gateway\.{layer}(\.|$)")
            .ShouldNot().HaveDependencyOnAny(below.Length == 0 ? ["none"] : below)
            .GetResult();

        result.IsSuccessful.ShouldBeTrue(string.Join(", ", result.FailingTypes?.Select(type => $"{type.FullName}: {type.Explanation}") ?? []));
    }

    [Fact]
    public void No_more_than_three_types_depend_on_each_other()
    {
        var graph = TypeGraph.Read(typeof(AccessTokenValidator).Assembly.Location);

        graph.Count.ShouldBeGreaterThan(200);
        TypeGraph.CyclesOf(graph).Where(cycle => cycle.Count > LargestCycle).Select(cycle => string.Join(", ", cycle.Order())).ShouldBeEmpty();
    }

    [GeneratedRegex(@"^\d+\. `(\w+)/`", RegexOptions.Multiline)]
    private static partial Regex LayerRow();
}
