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

    /// <summary>The scheduler's counters of each thread that exists, by its id. Those of a thread that ends are lost.</summary>
    public static IReadOnlyDictionary<string, ThreadFigures> Scheduling(int processId)
    {
        var threads = new Dictionary<string, ThreadFigures>();
        foreach (var thread in Directory.EnumerateDirectories($"/proc/{processId}/task"))
        {
            try
            {
                var (voluntary, involuntary) = (0L, 0L);
                foreach (var line in File.ReadLines(Path.Combine(thread, "status")))
                {
                    voluntary += line.StartsWith("voluntary_ctxt", StringComparison.Ordinal) ? Number(line) : 0;
                    involuntary += line.StartsWith("nonvoluntary_ctxt", StringComparison.Ordinal) ? Number(line) : 0;
                }

                var waited = long.Parse(File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[1], CultureInfo.InvariantCulture);
                threads[thread] = new ThreadFigures(voluntary, involuntary, waited);
            }
            catch (IOException)
            {
                // The thread has ended meanwhile.
            }
        }

        return threads;

        static long Number(string line) => long.Parse(
            line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
    }
}

/// <summary>The scheduler's counters of a thread since it began.</summary>
/// <param name="Voluntary">Context switches in which the thread waited for something.</param>
/// <param name="Involuntary">Context switches in which the kernel took the core.</param>
/// <param name="Waited">Nanoseconds in which it was ready without a core.</param>
internal readonly record struct ThreadFigures(long Voluntary, long Involuntary, long Waited);
