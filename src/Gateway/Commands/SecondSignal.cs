using System.Runtime.InteropServices;

namespace Gateway.Commands;

/// <summary>The first SIGTERM or Ctrl+C lets requests under way finish; a second one ends the process at once.</summary>
internal sealed class SecondSignal : IDisposable
{
    private readonly CancellationTokenRegistration _first;
    private PosixSignalRegistration[] _second = [];

    // Registered only now: the host's own handler takes the first signal, and this one would see it too.
    public SecondSignal(IHostApplicationLifetime lifetime) => _first = lifetime.ApplicationStopping.Register(() =>
        _second = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, End), PosixSignalRegistration.Create(PosixSignal.SIGINT, End)]);

    public void Dispose()
    {
        // Waits for a callback that is running, so that _second is complete afterwards.
        _first.Dispose();
        foreach (var registration in _second)
        {
            registration.Dispose();
        }
    }

    /// <summary>With the exit code of a process that the signal has killed.</summary>
    private static void End(PosixSignalContext context) => Environment.Exit(context.Signal == PosixSignal.SIGTERM ? 128 + 15 : 128 + 2);
}
