namespace Gateway.RouteFeatures.Clusters;

/// <summary>The checked form of <see cref="ClusterOptions"/> with what is counted for it.</summary>
/// <param name="Id">As in <c>ReverseProxy:Clusters</c>.</param>
/// <param name="MaxInFlight">Null for any number.</param>
/// <param name="Retry">Null where each request is sent once.</param>
internal sealed record ClusterRules(string Id, int? MaxInFlight, RequestCount InFlight, RetryRules? Retry);

/// <summary>The checked form of <see cref="RetryOptions"/>.</summary>
internal sealed record RetryRules(RetryOptions Options)
{
    public RetryBudget Budget { get; } = new(Options.Budget);

    public UnreachableDestinations Unreachable { get; } = new();
}

/// <summary>How many requests are under way.</summary>
internal sealed class RequestCount
{
    private int _count;

    public int Value => Volatile.Read(ref _count);

    /// <summary>False when there are as many already; then nothing is counted.</summary>
    public bool TryEnter(int max)
    {
        if (Interlocked.Increment(ref _count) <= max)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);
}
