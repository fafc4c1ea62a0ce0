using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Gateway.Benchmarks.Measure.Peers;

/// <summary>
/// The processor time of processes, user and system, in nanoseconds, from the kernel's clock of each process. /proc/PID/stat has the same
/// in hundredths of a second, which is one percent of a turn.
/// </summary>
internal static partial class ProcessClock
{
    private const int OfThisThread = 3; // CLOCK_THREAD_CPUTIME_ID

    /// <summary>The processor time of the calling thread.</summary>
    public static long ReadThread() => GetTime(OfThisThread, out var time) == 0 ? time.Total : throw new Win32Exception();

    public static long Read(IEnumerable<int> processes) => processes.Sum(Read);

    /// <summary>The process and its descendants.</summary>
    public static IReadOnlyList<int> Tree(int process)
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && ParentOf(folder) is { } parent)
            {
                parents[id] = parent;
            }
        }

        var tree = new List<int> { process };
        for (var i = 0; i < tree.Count; i++)
        {
            tree.AddRange(parents.Where(pair => pair.Value == tree[i]).Select(pair => pair.Key));
        }

        return tree;
    }

    private static int? ParentOf(string folder)
    {
        try
        {
            // The name of the program, in brackets, may contain anything.
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null; // It has ended meanwhile.
        }
    }

    private static long Read(int process)
    {
        if (GetClock(process, out var clock) != 0 || GetTime(clock, out var time) != 0)
        {
            throw new Win32Exception($"Process {process} has ended: its processor time is not known.");
        }

        return time.Total;
    }

    [LibraryImport("libc", EntryPoint = "clock_getcpuclockid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetClock(int process, out int clock);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetTime(int clock, out Timespan time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespan
    {
        public long Seconds;
        public long Nanoseconds;

        public readonly long Total => (Seconds * 1_000_000_000) + Nanoseconds;
    }
}
