using System.Text.RegularExpressions;
using Gateway.Testing;

namespace Gateway.Tests.Docs;

/// <summary>
/// Commands of the pages that search the log read every line of every replica: <c>kubectl logs</c> with a selector shows ten lines of each
/// pod unless <c>--tail</c> says otherwise, and with a Deployment those of one pod.
/// </summary>
public sealed partial class LogCommandTests
{
    private const string AllLines = "kubectl logs -l app.kubernetes.io/name=gateway --tail=-1 ";

    [Fact]
    public void Log_is_read_in_full_from_the_pods_of_the_chart()
    {
        var commands = Directory.EnumerateFiles(Path.Combine(Script.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .SelectMany(file => LogCommand.Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).ToArray();

        commands.Length.ShouldBeGreaterThan(3);
        commands.ShouldAllBe(command => command.StartsWith(AllLines, StringComparison.Ordinal));
    }

    [GeneratedRegex("^ *(kubectl logs .+)$", RegexOptions.Multiline)]
    private static partial Regex LogCommand { get; }
}
