using Gateway.Foundation;

namespace Gateway.RouteFeatures.Clusters;

/// <summary>The settings of a cluster with the counts that they need.</summary>
/// <param name="Retry">Null where each request is sent once.</param>
internal sealed record ClusterRules(ClusterSettings Settings, RequestCount InFlight, RetryRules? Retry)
{
    /// <summary>A cluster keeps its counts across reloads, so that a reload neither forgets requests nor refills a budget.</summary>
    public static ClusterRules Create(ClusterSettings settings, ObjectRegistry.Draft objects)
    {
        var id = settings.Id.ToUpperInvariant();
        return new ClusterRules(
            settings,
            objects.GetOrAdd(id, static () => new RequestCount()),
            settings.Retry is { } retry ? objects.GetOrAdd((id, retry), () => new RetryRules(retry)) : null);
    }
}

/// <summary>Which requests of a cluster may be sent again.</summary>
internal sealed class RetryRules(RetrySettings settings)
{
    public int Attempts => settings.Attempts;

    public RetryBudget Budget { get; } = new(settings.Budget);

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
