namespace Gateway.Benchmarks.Measure.Load;

/// <summary>The requests of one turn, for several threads.</summary>
/// <param name="isCyclic">Whether the first follows the last; else the turn ends when all are sent.</param>
/// <param name="status">What the peer must respond to each.</param>
internal sealed class TurnRequests(byte[][] bytes, bool isCyclic, int status = 200)
{
    private readonly MeasuredRequest? _first;
    private int _next = -1;

    public TurnRequests(IReadOnlyList<MeasuredRequest> requests, string path, bool isLast, bool isCyclic, int status)
        : this([.. requests.Select(request => request.ToBytes(path, isLast))], isCyclic, status) => _first = requests[0];

    public int Status => status;

    /// <summary>For a driver that sends one request all the time.</summary>
    public MeasuredRequest First => _first ?? throw new InvalidOperationException("These requests are bytes.");

    /// <summary>Null when there is none left.</summary>
    public byte[]? Next()
    {
        var next = Interlocked.Increment(ref _next);
        return isCyclic ? bytes[(uint)next % bytes.Length] : next < bytes.Length ? bytes[next] : null;
    }
}
