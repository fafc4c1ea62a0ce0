using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Gateway.RouteFeatures.TrustedProxies;

/// <summary><c>X-Forwarded-Port</c>: the port that the client connected to.</summary>
internal static class ForwardedPort
{
    public const string Header = "X-Forwarded-Port";

    /// <summary>
    /// The port that the first proxy saw, where every proxy on the way added its own. Null where that is no port: then the destination
    /// hears of none.
    /// </summary>
    public static string? Read(StringValues values)
    {
        if (values.Count == 0)
        {
            return null;
        }

        var text = values.ToString();
        var end = text.IndexOf(',', StringComparison.Ordinal);
        var port = (end < 0 ? text : text[..end]).Trim();
        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number.ToString(CultureInfo.InvariantCulture)
            : null;
    }
}
