namespace Gateway.RouteFeatures.Clusters;

/// <summary>
/// A token bucket: each request puts its share in, each retry takes a whole one out. It holds a retry storm to the share, whatever fails
/// and for how long; the reserve covers the requests that are under way at the moment in which a destination goes.
/// </summary>
internal sealed class RetryBudget
{
    /// <summary>Retries that a cluster has at its start.</summary>
    public const int FirstReserve = 10;

    /// <summary>Retries that are saved up at most.</summary>
    public const int Reserve = 100;

    private const int Whole = 1000;

    private readonly int _share;
    private int _saved = FirstReserve * Whole;

    /// <param name="share">More than 0, up to 1.</param>
    public RetryBudget(double share) => _share = Math.Max(1, (int)Math.Round(share * Whole));

    /// <summary>A request came.</summary>
    public void Add() => Change(_share);

    /// <summary>False when no retry is left.</summary>
    public bool TryTake() => Change(-Whole);

    private bool Change(int by)
    {
        while (true)
        {
            var saved = Volatile.Read(ref _saved);
            var next = Math.Min(saved + by, Reserve * Whole);
            if (next < 0)
            {
                return false;
            }

            if (next == saved || Interlocked.CompareExchange(ref _saved, next, saved) == saved)
            {
                return true;
            }
        }
    }
}
