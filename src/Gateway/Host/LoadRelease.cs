namespace Gateway.Host;

/// <summary>
/// Counts open connections and decides when a load is over, so that its memory can be released: they have fallen to half of their peak or
/// less, by at least <see cref="LeastFall"/>, and have stayed there for <see cref="Patience"/>.
/// </summary>
internal sealed class LoadRelease(TimeProvider time)
{
    /// <summary>Connections. A smaller fall leaves less memory behind than a collection is worth.</summary>
    public const int LeastFall = 256;

    /// <summary>Longer than an unused connection to a destination stays open, so that what those hold is released as well.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <summary>A collection stops all requests for a moment, and clients can open and close connections as often as they like.</summary>
    public static readonly TimeSpan LeastInterval = TimeSpan.FromMinutes(5);

    // Both change on threads of the server, with interlocked operations. The times below belong to the one thread that asks.
    private int _open;
    private int _peak;
    private long? _fallenAt;
    private long? _releasedAt;

    /// <summary>A connection was opened (1) or closed (-1). Thread-safe.</summary>
    public void Add(int change)
    {
        var open = Interlocked.Add(ref _open, change);
        // Raises the peak unless another thread has raised it further.
        for (var peak = Volatile.Read(ref _peak); open > peak;)
        {
            var seen = Interlocked.CompareExchange(ref _peak, open, peak);
            peak = seen == peak ? open : seen;
        }
    }

    /// <summary>True once for each load that is over. Not thread-safe; to be asked every few seconds.</summary>
    public bool IsDue()
    {
        var (open, peak) = (Volatile.Read(ref _open), Volatile.Read(ref _peak));
        if (open > peak / 2 || peak - open < LeastFall)
        {
            _fallenAt = null;
            return false;
        }

        _fallenAt ??= time.GetTimestamp();
        if (time.GetElapsedTime(_fallenAt.Value) < Patience || (_releasedAt is { } last && time.GetElapsedTime(last) < LeastInterval))
        {
            return false;
        }

        // A peak that is reached in this moment is lost, and counts again with the next connection.
        Volatile.Write(ref _peak, open);
        (_fallenAt, _releasedAt) = (null, time.GetTimestamp());
        return true;
    }
}
