using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Gateway.Benchmarks.Measure;

/// <summary>Ctrl+C and SIGTERM cancel the run, so that it ends the processes that it has started.</summary>
internal sealed class StopSignals : IDisposable
{
    private const int Interrupted = 130;

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals() => _registrations =
        [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, Cancel))];

    /// <summary>Runs a command until a signal; its failure is a message and the exit code 1.</summary>
    public static async Task<int> GuardAsync(Func<CancellationToken, Task<int>> run)
    {
        using var signals = new StopSignals();
        try
        {
            return await run(signals._stop.Token);
        }
        catch (Exception stopped) when (signals._stop.IsCancellationRequested)
        {
            Console.Error.WriteLine($"Stopped: {stopped.Message}");
            return Interrupted;
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException or SocketException or ArgumentException)
        {
            Console.Error.WriteLine(
                $"The run has failed: {failure.Message}{(failure.InnerException is { } inner ? $" {inner.Message}" : "")}");
            return 1;
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    private void Cancel(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.Cancel();
    }
}
