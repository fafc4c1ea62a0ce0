using System.Diagnostics;

namespace Gateway.LoadTests.Scenarios;

/// <summary>What a scenario does to the system under load. Null where the settings do not say how.</summary>
internal sealed record OutsideActions
{
    public Func<CancellationToken, Task>? RotateKeys { get; init; }

    /// <summary>Revokes this token.</summary>
    public Func<string, CancellationToken, Task>? Revoke { get; init; }

    public Func<CancellationToken, Task>? StopRedis { get; init; }

    public Func<CancellationToken, Task>? StartRedis { get; init; }

    public static OutsideActions From(ActionSettings settings) => new()
    {
        RotateKeys = Simple(settings.RotateKeys),
        Revoke = settings.Revoke is { } revoke ? (token, stop) => RunAsync([.. revoke.Select(part => Fill(part, token))], stop) : null,
        StopRedis = Simple(settings.StopRedis),
        StartRedis = Simple(settings.StartRedis),
    };

    /// <summary>Puts a token, or its <c>jti</c>, in place of <c>{token}</c> and <c>{jti}</c>.</summary>
    public static string Fill(string part, string token) =>
        part.Replace("{token}", token, StringComparison.Ordinal).Replace("{jti}", TokenId.Read(token) ?? "", StringComparison.Ordinal);

    private static Func<CancellationToken, Task>? Simple(IReadOnlyList<string>? command) =>
        command is null ? null : stop => RunAsync(command, stop);

    private static async Task RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        using var process =
            Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{command[0]} did not start.");
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        await output;
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command[0]} ended with {process.ExitCode}: {(await errors).Trim()}");
        }
    }
}
