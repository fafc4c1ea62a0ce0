namespace Gateway.IntegrationTests.Pipeline.Hygiene;

/// <summary>
/// Reads a target as the most careless destination would: decodes twice, takes backslashes and parameters for separators, normalizes.
/// </summary>
internal static class LenientTarget
{
    public static string Read(string target)
    {
        var path = target.Split('?', '#')[0];
        path = Uri.UnescapeDataString(Uri.UnescapeDataString(path)).Replace('\\', '/').Replace("\0", "", StringComparison.Ordinal);
        var segments = new List<string>();
        foreach (var segment in path.Split('/').Select(segment => segment.Split(';')[0]).Where(segment => segment is not ("" or ".")))
        {
            if (segment != "..")
            {
                segments.Add(segment);
            }
            else if (segments.Count > 0)
            {
                segments.RemoveAt(segments.Count - 1);
            }
        }

        return $"/{string.Join('/', segments)}";
    }
}
