using Gateway.RouteFeatures.Paths;

namespace Gateway.Pipeline.Hygiene;

/// <summary>The paths that some destination makes of a path with encoded slashes or parameters.</summary>
internal static class PathReadings
{
    /// <param name="path">The decoded path, in which encoded slashes are still encoded.</param>
    /// <returns>Every other reading, each once. Destinations combine these steps, and do not agree on their order.</returns>
    public static IReadOnlyCollection<string> Of(string path, PathTraits traits)
    {
        var readings = new HashSet<string>(StringComparer.Ordinal) { path };
        var open = new Queue<string>(readings);
        while (open.TryDequeue(out var reading))
        {
            foreach (var next in Steps(reading, traits))
            {
                if (readings.Add(next))
                {
                    open.Enqueue(next);
                }
            }
        }

        readings.Remove(path);
        return readings;
    }

    private static IEnumerable<string> Steps(string path, PathTraits traits)
    {
        if (traits.HasFlag(PathTraits.EncodedSlash))
        {
            yield return path.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        }

        if (traits.HasFlag(PathTraits.Parameter))
        {
            // The parameters of each segment are dropped, or all that follows the first of them.
            yield return string.Join('/', path.Split('/').Select(segment => segment.Split(';')[0]));
            yield return path.Split(';')[0];
        }

        yield return RequestTarget.Merge(path);
    }
}
