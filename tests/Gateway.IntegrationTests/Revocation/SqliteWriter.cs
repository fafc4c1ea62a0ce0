using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Gateway.Revocation;

namespace Gateway.IntegrationTests.Revocation;

/// <summary>
/// A process that writes revocations to a file until it is killed, and says which have been acknowledged: this assembly, started with a
/// variable in its environment in place of a test run.
/// </summary>
internal static class SqliteWriter
{
    private const string Variable = "GATEWAY_TEST_WRITES_REVOCATIONS_TO";

    [ModuleInitializer]
    internal static void WriteIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } file)
        {
            WriteAsync(file).GetAwaiter().GetResult();
        }
    }

    /// <summary>Kills the process when it has been told of so many acknowledgements; what had been acknowledged until its end.</summary>
    public static async Task<List<string>> RunAndKillAsync(string file, int after)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var start = new ProcessStartInfo("dotnet", [typeof(SqliteWriter).Assembly.Location]) { RedirectStandardOutput = true };
        start.Environment[Variable] = file;
        using var process = Process.Start(start)!;
        var acknowledged = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
        {
            acknowledged.Add(line);
            if (acknowledged.Count == after)
            {
                process.Kill();
            }
        }

        await process.WaitForExitAsync(deadline.Token);
        return acknowledged;
    }

    private static async Task WriteAsync(string file)
    {
        var log = new SqliteRevocationLog(file, TimeProvider.System);
        var expires = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        for (var i = 0; i < 10_000; i++)
        {
            var value = i.ToString(CultureInfo.InvariantCulture);
            await log.AppendAsync([new RevocationEntry(RevocationKind.Jti, "https://idp.test", value, expires)], CancellationToken.None);
            Console.WriteLine(value);
        }
    }
}
