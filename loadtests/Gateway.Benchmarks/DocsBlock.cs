using System.Globalization;
using System.Runtime.InteropServices;
using Gateway.Testing;

namespace Gateway.Benchmarks;

/// <summary>A part of a page in docs/ that a measurement writes: what stands between two marks.</summary>
internal static class DocsBlock
{
    private const string Page = "docs/revocation.md";

    /// <summary>Prints the text, and puts it into the page when <c>WRITE_DOCS=1</c>.</summary>
    public static async Task WriteAsync(string name, string text)
    {
        Console.WriteLine($"\n{text}");
        if (Environment.GetEnvironmentVariable("WRITE_DOCS") != "1")
        {
            return;
        }

        var file = Path.Combine(Script.Root, Page);
        var content = await File.ReadAllTextAsync(file);
        var (begin, end) = ($"<!-- {name}: written by loadtests/drills/{name}.sh -->", $"<!-- end of {name} -->");
        var (from, to) = (content.IndexOf(begin, StringComparison.Ordinal), content.IndexOf(end, StringComparison.Ordinal));
        if (from < 0 || to < from)
        {
            throw new InvalidOperationException($"{Page} has not the two marks between which the results of {name} go.");
        }

        await File.WriteAllTextAsync(file, $"{content[..(from + begin.Length)]}\n\n{text}\n\n{content[to..]}");
        Console.WriteLine($"Written to {Page}.");
    }

    /// <summary>When, of what and on what.</summary>
    public static async Task<string> DescribeAsync()
    {
        var commit = (await Script.RunAsync("git", ["rev-parse", "--short", "HEAD"])).Output.Trim();
        var redis = (await Script.RunAsync("redis-server", ["--version"])).Output.Split(' ').First(word => word.StartsWith("v=", StringComparison.Ordinal))[2..];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}, commit {commit}, {Environment.ProcessorCount} cores shared by everything, {RuntimeInformation.FrameworkDescription}, Redis {redis} with `appendfsync always`");
    }
}
