using System.Globalization;
using Gateway.Telemetry;

namespace Gateway.Sandbox;

/// <summary>
/// A line each few minutes, so that a silent terminal does not look like a program that hangs. Accepted requests write none.
/// </summary>
internal static class Pulse
{
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    public static async Task RunAsync(
        RecentRequests requests, SandboxPorts ports, TimeProvider time, TextWriter console, CancellationToken stopping)
    {
        var before = requests.Total;
        while (true)
        {
            try
            {
                await Task.Delay(Pause, time, stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            var now = requests.Total;
            await console.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{time.GetLocalNow():HH:mm} Still running, {now - before} request{(now - before == 1 ? "" : "s")} in " +
                    $"{Pause.TotalMinutes} minutes. {ports.GatewayUrl} says what to try; Ctrl+C stops everything."));
            before = now;
        }
    }
}
