using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Gateway.Telemetry.Prometheus;

/// <summary>The <c>process_*</c> series of the Prometheus client libraries, which many dashboards expect.</summary>
internal sealed class ProcessMetrics : IDisposable
{
    public const string MeterName = "Gateway.Process";

    private const string OpenFiles = "/proc/self/fd";

    private readonly Meter _meter;

    public ProcessMetrics()
    {
        using var process = Process.GetCurrentProcess();
        var started = new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1000d;
        _meter = new Meter(MeterName);
        _meter.CreateObservableGauge("process.start_time", () => started, "s", "Start time of the process since the Unix epoch.");
        _meter.CreateObservableCounter("process.cpu", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "User and system CPU time.");
        _meter.CreateObservableGauge("process.resident_memory", () => Environment.WorkingSet, "By", "Resident memory size.");
        _meter.CreateObservableGauge("process.num_threads", CountThreads, "{thread}", "Threads of the operating system.");
        if (Directory.Exists(OpenFiles))
        {
            _meter.CreateObservableGauge(
                "process.open_fds", () => Directory.EnumerateFileSystemEntries(OpenFiles).Count(), "{file}", "Open file descriptors.");
        }
    }

    public void Dispose() => _meter.Dispose();

    private static int CountThreads()
    {
        using var process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }
}
