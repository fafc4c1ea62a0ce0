using Gateway.RouteFeatures.Paths;

namespace Gateway.Pipeline.Hygiene;

/// <summary>Computes how destinations may read a path with encoded slashes or parameters.</summary>
internal static class PathReadings
{
    /// <param name="path">The decoded path, in which encoded slashes are still encoded.</param>
    /// <returns>All other readings. Destinations combine these steps in different orders, so all combinations are included.</returns>
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

    /// <summary>What one destination may do to a path in one step: decode slashes, cut parameters, merge slashes.</summary>
    private static IEnumerable<string> Steps(string path, PathTraits traits)
    {
        if (traits.HasFlag(PathTraits.EncodedSlash))
        {
            yield return path.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        }

        if (traits.HasFlag(PathTraits.Parameter))
        {
            // Some destinations remove the parameters of each segment, others the whole rest of the path.
            yield return string.Join('/', path.Split('/').Select(segment => segment.Split(';')[0]));
            yield return path.Split(';')[0];
        }

        yield return RequestTarget.Merge(path);
    }
}
