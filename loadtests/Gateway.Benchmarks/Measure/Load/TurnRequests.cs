namespace Gateway.Benchmarks.Measure.Load;

/// <summary>The requests of one turn, for several threads.</summary>
/// <param name="isCyclic">Whether the first follows the last; else the turn ends when all are sent.</param>
internal sealed class TurnRequests(IReadOnlyList<MeasuredRequest> requests, string path, bool isLast, bool isCyclic)
{
    private readonly byte[][] _bytes = [.. requests.Select(request => request.ToBytes(path, isLast))];
    private int _next = -1;

    /// <summary>For a driver that sends one request all the time.</summary>
    public MeasuredRequest First => requests[0];

    /// <summary>Null when there is none left.</summary>
    public byte[]? Next()
    {
        var next = Interlocked.Increment(ref _next);
        return isCyclic ? _bytes[(uint)next % _bytes.Length] : next < _bytes.Length ? _bytes[next] : null;
    }
}
