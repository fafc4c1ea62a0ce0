using System.Runtime.InteropServices;

namespace Gateway.Benchmarks.Load;

/// <summary>Waits for sockets and clock alike in one system call: what the load drivers, of one thread each, wait with.</summary>
internal static partial class SocketPoll
{
    /// <summary>Until one of the sockets can be read, or the time is over. Sets <see cref="PollEntry.ReturnedEvents"/>.</summary>
    public static void Wait(PollEntry[] entries, long nanoseconds)
    {
        var timeout = new Timespan { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
        _ = Ppoll(entries, (nuint)entries.Length, timeout, IntPtr.Zero);
    }

    [LibraryImport("libc", EntryPoint = "ppoll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Ppoll([In, Out] PollEntry[] entries, nuint count, in Timespan timeout, IntPtr signals);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespan
    {
        public long Seconds;
        public long Nanoseconds;
    }
}

/// <summary>The kernel's pollfd.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry
{
    private const short CanRead = 1;

    /// <summary>Negative for an entry that is not waited for.</summary>
    public int Handle;
    public short Events;
    public short ReturnedEvents;

    public static PollEntry ForReading(int handle) => new() { Handle = handle, Events = CanRead };
}
