namespace Gateway.Foundation;

/// <summary>Limits the log lines of one kind per second, so that a flood of bad tokens does not become a flood of lines.</summary>
internal sealed class LineBudget(TimeProvider time)
{
    // Lines per second; more would slow the console down.
    private const int MostPerSecond = 200;

    private long _second;
    private int _lines;
    private int _omitted;

    /// <summary>True when the budget of this second allows one more line.</summary>
    /// <param name="omitted">How many lines were omitted before this second; only the first call of a second returns them.</param>
    public bool Take(out int omitted)
    {
        omitted = 0;
        var second = time.GetTimestamp() / time.TimestampFrequency;
        var last = Volatile.Read(ref _second);
        // Exactly one thread starts the new second. Threads that count concurrently may add to the old one; the limit is approximate.
        if (second != last && Interlocked.CompareExchange(ref _second, second, last) == last)
        {
            Volatile.Write(ref _lines, 0);
            omitted = Interlocked.Exchange(ref _omitted, 0);
        }

        if (Interlocked.Increment(ref _lines) <= MostPerSecond)
        {
            return true;
        }

        Interlocked.Increment(ref _omitted);
        return false;
    }
}
