namespace Gateway.Benchmarks.Measure.Load;

/// <summary>The requests of one turn, for several threads.</summary>
/// <param name="isCyclic">Whether the first follows the last; else the turn ends when all are sent.</param>
internal sealed class TurnRequests(byte[][] bytes, bool isCyclic)
{
    private readonly MeasuredRequest? _first;
    private int _next = -1;

    public TurnRequests(IReadOnlyList<MeasuredRequest> requests, string path, bool isLast, bool isCyclic)
        : this([.. requests.Select(request => request.ToBytes(path, isLast))], isCyclic) => _first = requests[0];

    /// <summary>For a driver that sends one request all the time.</summary>
    public MeasuredRequest First => _first ?? throw new InvalidOperationException("These requests are bytes.");

    /// <summary>Null when there is none left.</summary>
    public byte[]? Next()
    {
        var next = Interlocked.Increment(ref _next);
        return isCyclic ? bytes[(uint)next % bytes.Length] : next < bytes.Length ? bytes[next] : null;
    }
}
