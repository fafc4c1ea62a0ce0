using System.Diagnostics;

namespace Gateway.Tests.Configuration;

/// <summary>One run of the real program in a process of its own, in an environment that says nothing of ours.</summary>
internal static class ProgramRun
{
    public static Task<(int ExitCode, string Output, string Errors)> RunAsync(
        Dictionary<string, string> environment, params string[] arguments) =>
        RunAsync(environment, "", arguments);

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        Dictionary<string, string> environment, string input, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Gateway.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in new[] { "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "GATEWAY_CONFIG" })
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input.AsMemory(), deadline.Token);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output, await errors);
    }
}
