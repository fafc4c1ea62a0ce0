namespace Gateway.Benchmarks.Measure.Load;

/// <summary>
/// A closed loop: as many requests as get responses over a fixed number of connections. Every response must have the status that is
/// expected.
/// </summary>
internal interface ILoad : IDisposable
{
    LoadResult Run(TurnRequests requests, TimeSpan duration, CancellationToken cancellationToken);
}

internal readonly record struct LoadResult(long Requests, double Seconds);
