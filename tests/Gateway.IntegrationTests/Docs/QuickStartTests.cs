using System.Globalization;
using System.Text.RegularExpressions;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Docs;

/// <summary>docs/quick-start.md, as a reader follows it: each block of commands in turn, with the page's own output.</summary>
public sealed partial class QuickStartTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Every_command_of_the_page_does_what_the_page_says()
    {
        var page = ForThisMachine(await File.ReadAllTextAsync(Path.Combine(Script.Root, "docs", "quick-start.md")));
        var blocks = Block().Matches(page).Select(match => (Kind: match.Groups[1].Value, Text: match.Groups[2].Value)).ToArray();
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "yarp.json"), blocks.Single(block => block.Kind == "json").Text);

        // The programs of the page run until the end; the shell ends them.
        var script = string.Concat(blocks.Where(block => block.Kind == "sh").Select(block => Program().IsMatch(block.Text)
            ? $"{{ {block.Text}}} > /dev/null 2>&1 & PROGRAMS=\"$PROGRAMS $!\"; sleep 0.1; {WaitFor(block.Text)}\n"
            : block.Text));
        var result = await Script.RunAsync(
            "bash", ["-c", $"set -m\ntrap 'for each in $PROGRAMS; do kill -- -$each; done' EXIT\n{script}"],
            within: TimeSpan.FromMinutes(2));

        var output = result.Output;
        foreach (var line in blocks.Where(block => block.Kind == "text").SelectMany(
                block => block.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)))
        {
            var at = output.IndexOf(line, StringComparison.Ordinal);
            at.ShouldBeGreaterThanOrEqualTo(0, $"{line} in {output}, of {result.Output} {result.Errors}");
            output = output[(at + line.Length)..];
        }
    }

    /// <summary>Programs that are built already, free ports, and a folder of the test's own.</summary>
    private string ForThisMachine(string page)
    {
        var ports = new Dictionary<string, string>();
        page = Port().Replace(page, match => ports.TryGetValue(match.Value, out var known)
            ? known
            : ports[match.Value] = RedisServer.FreePort().ToString(CultureInfo.InvariantCulture));
        return page
            .Replace("/tmp/quick-start", _folder.FullName, StringComparison.Ordinal)
            .Replace(
                "dotnet run --project src/Gateway.Sandbox",
                $"dotnet {AppContext.BaseDirectory}Gateway.Sandbox.dll --gateway {ports["8080"]} --management {RedisServer.FreePort()} " +
                    $"--issuer {ports["8090"]} --destination {RedisServer.FreePort()}",
                StringComparison.Ordinal)
            .Replace("dotnet run --project src/Gateway -- ", $"dotnet {AppContext.BaseDirectory}Gateway.dll ", StringComparison.Ordinal);
    }

    /// <summary>A reader sees when a program is up; the script asks it.</summary>
    private static string WaitFor(string block)
    {
        var port = ProgramPort().Match(block).Groups[1].Value;
        return $"curl -s -o /dev/null --retry 100 --retry-delay 1 --retry-all-errors http://localhost:{port}/";
    }

    [GeneratedRegex("^```(sh|text|json)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\b(?:8080|8090|9000|9080|9081)\b")]
    private static partial Regex Port();

    [GeneratedRegex(@"Gateway\.Sandbox\.dll|http\.server|--urls")]
    private static partial Regex Program();

    [GeneratedRegex(@"(?:--gateway |http\.server |--urls http://localhost:)(\d+)")]
    private static partial Regex ProgramPort();
}
