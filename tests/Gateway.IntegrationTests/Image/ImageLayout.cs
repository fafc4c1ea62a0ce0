using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Image;

/// <summary>
/// What the Dockerfile builds, without Docker: its build stage, run instruction by instruction in a folder that stands for <c>/</c>, and
/// what its final stage copies.
/// </summary>
public sealed partial class ImageLayout : IAsyncLifetime
{
    private static readonly TimeSpan BuildTime = TimeSpan.FromMinutes(8);

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("image-");

    internal string Root => _root.FullName;

    internal string App => Path.Combine(Root, "app");

    internal Dockerfile Dockerfile { get; } = Dockerfile.Read();

    public async ValueTask InitializeAsync()
    {
        // A temporary folder is its owner's alone, and user 1654 must get in.
        (await Script.RunAsync("chmod", ["755", Root])).ExitCode.ShouldBe(0);
        Directory.CreateDirectory(Path.Combine(Root, "source"));
        Directory.CreateDirectory(Path.Combine(Root, "tmp"));
        var arguments = Dockerfile.Arguments(Dockerfile.Build);
        arguments["TARGETARCH"] = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        var variables = Dockerfile.Variables(Dockerfile.Build).Select(
            each => $"{each.Key}={each.Value.Replace("$NUGET_SOURCE", arguments["NUGET_SOURCE"], StringComparison.Ordinal)}");
        string[] environment = [.. arguments.Select(each => $"{each.Key}={each.Value}"), .. variables];
        foreach (var (name, text) in Dockerfile.Build)
        {
            switch (name)
            {
                case "COPY":
                    await CopyAsync(text.Split(' '));
                    break;
                case "RUN":
                    var result = await Script.RunAsync(
                        "env", [.. environment, "bash", "-euc", $"cd {Root}/source && {Here(text)}"], within: BuildTime);
                    result.ExitCode.ShouldBe(0, $"RUN {text}\n{result.Output}{result.Errors}");
                    break;
            }
        }
    }

    /// <summary>Puts yarp.json where the image looks for it.</summary>
    internal void Configure(string yarpJson)
    {
        Directory.CreateDirectory(Path.Combine(Root, "etc", "gateway"));
        File.WriteAllText(Path.Combine(Root, "etc", "gateway", "yarp.json"), yarpJson);
    }

    /// <summary>Starts what the image starts, as its user, with its variables and more, all files read-only.</summary>
    internal Script Start(params IEnumerable<string> variables)
    {
        var own = Dockerfile.Variables(Dockerfile.Final).Select(each =>
            $"{each.Key}={each.Value.Replace("/etc/", $"{Root}/etc/", StringComparison.Ordinal).Replace("/app:$PATH", $"{App}:{Environment.GetEnvironmentVariable("PATH")}", StringComparison.Ordinal)}");
        var script = Path.Combine(Script.Root, "tests", "Gateway.IntegrationTests", "Image", "run-layout.sh");
        return Script.Start("bash", [script, Root, "env", .. own, .. variables, .. Dockerfile.Command]);
    }

    public ValueTask DisposeAsync()
    {
        _root.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Copies from the repository what .dockerignore lets through: not what builds leave behind.</summary>
    private async Task CopyAsync(string[] paths)
    {
        var target = Path.Combine(Root, "source", paths[^1]);
        foreach (var path in paths[..^1])
        {
            var allowed = File.ReadLines(Path.Combine(Script.Root, ".dockerignore")).Any(line => line.StartsWith('!')
                && $"{path}/".StartsWith($"{line[1..]}/", StringComparison.Ordinal));
            allowed.ShouldBeTrue($".dockerignore keeps {path} out");
            var from = Path.Combine(Script.Root, path) + (path.EndsWith('/') ? "." : "");
            var result = await Script.RunAsync(
                "bash",
                [
                    "-euc",
                    $"mkdir -p '{target}' && tar -C \"$(dirname '{from}')\" --exclude=bin --exclude=obj -c \"$(basename '{from}')\" | " +
                        $"tar -C '{target}' -x"]);
            result.ExitCode.ShouldBe(0, result.Errors);
        }
    }

    private string Here(string command) => RootPath().Replace(command, $"{Root}/$1");

    [GeneratedRegex(@"(?<=[ =])/(app|data|sbom\.cdx\.json|tmp)\b")]
    private static partial Regex RootPath();
}
