using Yarp.ReverseProxy.Model;

namespace Gateway.RouteFeatures.Clusters;

/// <summary>
/// The destinations that could not be connected to a moment ago. The next requests try the others first, so that a destination which
/// restarts costs a retry each second and not a retry for every second request, which no budget lasts for.
/// </summary>
internal sealed class UnreachableDestinations
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Replaced as a whole; empty while all goes well.
    private volatile Entry[] _entries = [];

    public void Add(DestinationState destination, TimeProvider time)
    {
        var added = new Entry(destination, time.GetTimestamp());
        // Two that are added at the same time may lose one of them, which costs one retry more.
        _entries = [.. _entries.Where(entry => IsLive(entry, time) && entry.Destination != destination), added];
    }

    /// <summary>
    /// The destinations to try first. When each is unreachable, that is the one whose failure is the oldest: it is the first to be back.
    /// </summary>
    public IReadOnlyList<DestinationState> Without(IReadOnlyList<DestinationState> destinations, TimeProvider time)
    {
        var entries = _entries;
        if (entries.Length == 0)
        {
            return destinations;
        }

        if (!entries.Any(entry => IsLive(entry, time)))
        {
            Interlocked.CompareExchange(ref _entries!, [], entries);
            return destinations;
        }

        DestinationState[] reachable =
            [.. destinations.Where(each => !entries.Any(entry => entry.Destination == each && IsLive(entry, time)))];
        return reachable.Length > 0 || destinations.Count == 0
            ? reachable
            : [destinations.MinBy(each => Array.Find(entries, entry => entry.Destination == each)!.Since)!];
    }

    private static bool IsLive(Entry entry, TimeProvider time) => time.GetElapsedTime(entry.Since) < Pause;

    private sealed record Entry(DestinationState Destination, long Since);
}
