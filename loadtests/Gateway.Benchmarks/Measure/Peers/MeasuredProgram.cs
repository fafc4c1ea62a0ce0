using System.Collections.Concurrent;
using System.Diagnostics;

namespace Gateway.Benchmarks.Measure.Peers;

/// <summary>A program that runs as long as the measurement needs it. Its last lines of output tell why it did not start.</summary>
internal sealed class MeasuredProgram : IAsyncDisposable
{
    private const int KeptLines = 30;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private MeasuredProgram(Process process)
    {
        _process = process;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Its process and the ones that it has started.</summary>
    public IReadOnlyList<int> Processes => ProcessClock.Tree(_process.Id);

    public string Output => string.Join('\n', _lines);

    public bool HasEnded => _process.HasExited;

    public static MeasuredProgram Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new MeasuredProgram(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start."));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        _lines.Enqueue(line.Data ?? "");
        while (_lines.Count > KeptLines)
        {
            _lines.TryDequeue(out _);
        }
    }
}
