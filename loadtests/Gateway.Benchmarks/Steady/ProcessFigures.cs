using System.Globalization;

namespace Gateway.Benchmarks.Steady;

/// <summary>What the kernel says about a process at one moment.</summary>
/// <param name="ResidentMegabytes">Resident memory in MiB.</param>
/// <param name="Handles">Open file descriptors.</param>
internal readonly record struct ProcessFigures(double ResidentMegabytes, int Handles, int Threads)
{
    public static ProcessFigures Read(int processId)
    {
        var (resident, threads) = (0.0, 0);
        foreach (var line in File.ReadLines($"/proc/{processId}/status"))
        {
            if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
            {
                resident = long.Parse(line.Split(' ')[^2], CultureInfo.InvariantCulture) / 1024.0;
            }
            else if (line.StartsWith("Threads:", StringComparison.Ordinal))
            {
                threads = int.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture);
            }
        }

        return new ProcessFigures(resident, Directory.GetFileSystemEntries($"/proc/{processId}/fd").Length, threads);
    }

    /// <summary>
    /// The scheduler's counters of all threads that exist: context switches, and nanoseconds in which they were ready without a core.
    /// </summary>
    public static (long Voluntary, long Involuntary, long Waited) Scheduling(int processId)
    {
        var (voluntary, involuntary, waited) = (0L, 0L, 0L);
        foreach (var thread in Directory.EnumerateDirectories($"/proc/{processId}/task"))
        {
            try
            {
                foreach (var line in File.ReadLines(Path.Combine(thread, "status")))
                {
                    voluntary += line.StartsWith("voluntary_ctxt", StringComparison.Ordinal) ? Number(line) : 0;
                    involuntary += line.StartsWith("nonvoluntary_ctxt", StringComparison.Ordinal) ? Number(line) : 0;
                }

                waited += long.Parse(File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[1], CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // The thread has ended meanwhile.
            }
        }

        return (voluntary, involuntary, waited);

        static long Number(string line) => long.Parse(
            line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
    }
}
