using Gateway.Settings;

namespace Gateway.RouteFeatures.Limits;

/// <summary>Checks a <c>MaxRequestBodySize</c>, ours or a route's.</summary>
internal static class BodySizeCheck
{
    private const long AnySize = -1;

    public static long Run(string path, long size, ConfigurationReport report)
    {
        if (size < AnySize)
        {
            report.Error(path, "no body has such a size.", "Write bytes, or -1 for any size.");
        }

        return size;
    }
}
