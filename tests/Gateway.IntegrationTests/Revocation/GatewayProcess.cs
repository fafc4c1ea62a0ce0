using System.Diagnostics;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Revocation;

/// <summary>The gateway's command line as an operator runs it: another process.</summary>
internal static class GatewayProcess
{
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        TestGateway gateway, string? input, params string[] arguments)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var process = Start(gateway, arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Kills the process the moment it has printed its first line.</summary>
    public static async Task<string> RunAndKillAsync(TestGateway gateway, params string[] arguments)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var process = Start(gateway, arguments);
        var line = await process.StandardOutput.ReadLineAsync(deadline.Token);
        process.Kill();
        await process.WaitForExitAsync(deadline.Token);
        return line ?? "";
    }

    private static Process Start(TestGateway gateway, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        start.Environment["GATEWAY_CONFIG"] = gateway.ConfigFile;
        string[] all = [Path.Combine(AppContext.BaseDirectory, "Gateway.dll"), .. arguments];
        foreach (var argument in all)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
