namespace Gateway.Benchmarks.Load;

/// <summary>What came back from one run.</summary>
/// <param name="each">Called with the status and the microseconds of each response.</param>
internal sealed class OpenLoopResult(Action<int, double>? each = null)
{
    public LatencyHistogram Latency { get; } = new();

    /// <summary>
    /// How far behind its schedule the client sent although a connection was free: its own fault, and the limit of what it can tell.
    /// </summary>
    public LatencyHistogram Lateness { get; } = new();

    public SortedDictionary<int, long> Statuses { get; } = [];

    public long Broken { get; private set; }

    public void Add(int status, double microseconds)
    {
        each?.Invoke(status, microseconds);
        if (status < 0)
        {
            Broken++;
            return;
        }

        Latency.Add(microseconds);
        Statuses[status] = Statuses.GetValueOrDefault(status) + 1;
    }
}
