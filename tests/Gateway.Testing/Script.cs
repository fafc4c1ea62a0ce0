using System.Diagnostics;

namespace Gateway.Testing;

/// <summary>A program of somebody else's that a test runs: node, python, bash, or the gateway's own binary.</summary>
internal sealed class Script : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private Script(Process process) => _process = process;

    /// <summary>The repository's root, found from the test's own folder.</summary>
    public static string Root { get; } = FindRoot();

    public static string Interop => Path.Combine(Root, "tests", "interop");

    public int ProcessId => _process.Id;

    /// <summary>Starts a program that keeps running; what it prints to standard error is dropped.</summary>
    public static Script Start(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Root,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return new Script(process);
    }

    /// <summary>Runs a program to its end with this standard input.</summary>
    /// <param name="within">For what takes longer than a minute, such as a build.</param>
    public static async Task<ScriptResult> RunAsync(
        string program, IEnumerable<string> arguments, string input = "", TimeSpan? within = null)
    {
        using var deadline = new CancellationTokenSource(within ?? Deadline);
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Root,
        }) ?? throw new InvalidOperationException($"{program} did not start.");
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(deadline.Token);
        return new ScriptResult(process.ExitCode, await output, await errors);
    }

    public async Task<string> ReadLineAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await _process.StandardOutput.ReadLineAsync(deadline.Token) ?? throw new InvalidOperationException("The program ended.");
    }

    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>SIGKILL: no chance to clean up.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        // The scripts end when their standard input does; what does not is killed.
        _process.StandardInput.Close();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        await _process.WaitForExitAsync(soon.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Gateway.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("Tests run inside the repository.");
        }

        return folder.FullName;
    }
}

internal sealed record ScriptResult(int ExitCode, string Output, string Errors);
