namespace Gateway.Telemetry;

/// <summary>A kind of request that was rejected or has failed. The values are from the configuration and from closed lists.</summary>
/// <param name="Route">Null where no route matched, and where more kinds were seen than are kept apart.</param>
internal readonly record struct RequestFailure(bool IsRejection, string Reason, int Status, string? Route);

/// <summary>How often a kind of failure was seen, and when the last time.</summary>
internal readonly record struct FailureCount(long Count, DateTimeOffset Last);

/// <summary>The requests of the last minutes.</summary>
internal sealed record RecentTraffic(long Requests, IReadOnlyDictionary<RequestFailure, FailureCount> Failures);

/// <summary>
/// Counts the requests of the last minutes, for the status page. It holds no text of a client's, and hostile clients cannot make it grow
/// beyond a fixed number of counts. A request that succeeds costs one addition.
/// </summary>
internal sealed class RecentRequests : IDisposable
{
    /// <summary>The time that <see cref="Read"/> covers, less up to one slot.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    public const int MostKinds = 200;

    private const int Slots = 10;

    private readonly Total _requests = new([], isHot: true);
    private readonly Queue<Slot> _past = new();
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private Slot _current = new(0);

    public RecentRequests(TimeProvider time)
    {
        _time = time;
        // One shot each time, so that a test's clock can fire it.
        _timer = time.CreateTimer(_ => Turn(), null, Window / Slots, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Requests since the start.</summary>
    public long Total => _requests.Read().Value;

    public void Began() => _requests.Add();

    public void Failed(RequestFailure failure)
    {
        var now = _time.GetUtcNow();
        lock (_lock)
        {
            var kinds = _current.Failures;
            if (kinds.Count >= MostKinds && !kinds.ContainsKey(failure))
            {
                failure = failure with { Route = null };
            }

            kinds[failure] = new FailureCount(kinds.GetValueOrDefault(failure).Count + 1, now);
        }
    }

    public RecentTraffic Read()
    {
        lock (_lock)
        {
            var failures =
                _past.Append(_current).SelectMany(slot => slot.Failures).GroupBy(failure => failure.Key, failure => failure.Value)
                .ToDictionary(group => group.Key, group => new FailureCount(group.Sum(each => each.Count), group.Max(each => each.Last)));
            return new RecentTraffic(Total - (_past.TryPeek(out var oldest) ? oldest : _current).RequestsBefore, failures);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Turn()
    {
        lock (_lock)
        {
            _past.Enqueue(_current);
            if (_past.Count >= Slots)
            {
                _past.Dequeue();
            }

            _current = new Slot(Total);
        }

        _timer.Change(Window / Slots, Timeout.InfiniteTimeSpan);
    }

    private sealed class Slot(long requestsBefore)
    {
        public long RequestsBefore => requestsBefore;

        public Dictionary<RequestFailure, FailureCount> Failures { get; } = [];
    }
}
