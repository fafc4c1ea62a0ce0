using System.Globalization;
using System.Runtime.InteropServices;
using Gateway.Testing;

namespace Gateway.Benchmarks;

/// <summary>A part of a page in docs/ that a measurement writes: what stands between two marks.</summary>
internal static class DocsBlock
{
    public static bool IsWriting => Environment.GetEnvironmentVariable("WRITE_DOCS") == "1";

    public const string Revocation = "docs/revocation.md", Performance = "docs/performance.md";

    /// <summary>Prints the result of a drill, and puts it into the page when <c>WRITE_DOCS=1</c>.</summary>
    public static Task WriteAsync(string name, string text, string page = Revocation) =>
        WriteAsync(name, text, page, $"loadtests/drills/{name}.sh");

    /// <param name="page">Where the block is.</param>
    /// <param name="script">What writes it; its first mark says so.</param>
    public static async Task WriteAsync(string name, string text, string page, string script)
    {
        Console.WriteLine($"\n{text}");
        if (!IsWriting)
        {
            return;
        }

        var file = Path.Combine(Script.Root, page);
        var content = await File.ReadAllTextAsync(file);
        var (begin, end) = ($"<!-- {name}: written by {script} -->", $"<!-- end of {name} -->");
        var (from, to) = (content.IndexOf(begin, StringComparison.Ordinal), content.IndexOf(end, StringComparison.Ordinal));
        if (from < 0 || to < from)
        {
            throw new InvalidOperationException($"{page} has not the two marks between which the results of {name} go.");
        }

        await File.WriteAllTextAsync(file, $"{content[..(from + begin.Length)]}\n\n{text}\n\n{content[to..]}");
        Console.WriteLine($"Written to {page}.");
    }

    /// <summary>When, of what and on what.</summary>
    public static async Task<string> DescribeAsync()
    {
        var redis = (await Script.RunAsync("redis-server", ["--version"])).Output.Split(' ').First(
            word => word.StartsWith("v=", StringComparison.Ordinal))[2..];
        return $"{await DescribeMachineAsync()}, Redis {redis} with `appendfsync always`";
    }

    /// <summary>The same without Redis.</summary>
    public static async Task<string> DescribeMachineAsync()
    {
        var commit = (await Script.RunAsync("git", ["rev-parse", "--short", "HEAD"])).Output.Trim();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}, commit {commit}, {Environment.ProcessorCount} cores shared by everything, " +
                $"{RuntimeInformation.FrameworkDescription}");
    }
}
