using Gateway.Testing;

namespace Gateway.IntegrationTests.Helm;

/// <summary>
/// What each values file of <c>helm/gateway/ci</c> renders to. After a change of the chart, write the files anew, then read the diff:
/// <c>UPDATE_GOLDEN=1 dotnet test --project tests/Gateway.IntegrationTests --filter-class "*.ChartGoldenTests"</c>.
/// </summary>
public sealed class ChartGoldenTests
{
    public static TheoryData<string> Examples => [.. HelmChart.Examples];

    private static string Golden => Path.Combine(Script.Root, "tests", "Gateway.IntegrationTests", "Helm", "Golden");

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Example_renders_as_recorded(string example)
    {
        var chart = await HelmChart.RenderAsync(example);

        GoldenFile.ShouldMatch(Path.Combine(Golden, $"{example}.yaml"), chart.Text);
    }

    [Fact]
    public void Every_recorded_file_has_its_example() =>
        Directory.GetFiles(Golden).Select(Path.GetFileNameWithoutExtension).ShouldBe(HelmChart.Examples, ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Example_passes_the_strict_lint(string example)
    {
        var result = await HelmChart.RunAsync("lint", "--strict", HelmChart.Folder, "--values", HelmChart.ValuesOf(example));

        result.ExitCode.ShouldBe(0, result.Output + result.Errors);
    }
}
