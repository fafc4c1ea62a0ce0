namespace Gateway.Foundation;

/// <summary>How many lines of one kind a second may have: a flood of bad tokens must not become a flood of lines.</summary>
internal sealed class LineBudget(TimeProvider time)
{
    // What a person may read and a console can take.
    private const int MostPerSecond = 200;

    private long _second;
    private int _lines;
    private int _omitted;

    /// <summary>Whether one more line may be written.</summary>
    /// <param name="omitted">What was left out before this second; told once.</param>
    public bool Take(out int omitted)
    {
        omitted = 0;
        var second = time.GetTimestamp() / time.TimestampFrequency;
        var last = Volatile.Read(ref _second);
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
