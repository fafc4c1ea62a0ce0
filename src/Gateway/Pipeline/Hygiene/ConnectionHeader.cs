using Gateway.Foundation;
using Microsoft.Extensions.Primitives;

namespace Gateway.Pipeline.Hygiene;

/// <summary>RFC 9110 section 7.6.1: headers that <c>Connection</c> names are for the next hop only and must not be forwarded.</summary>
internal static class ConnectionHeader
{
    // Names that are not removed: options that are not headers, and headers that the message needs. Otherwise a client could remove, for
    // example, the token or the framing of its request after the checks.
    private static readonly string[] NotRemovable =
    [
        "close", "keep-alive", "upgrade", "te", "trailer", "host", "content-length", "transfer-encoding", "authorization", "cookie",
        "connection",
        "set-cookie", "content-type", "content-encoding", "cache-control", "location", "sec-websocket-accept", "sec-websocket-protocol",
        "sec-websocket-extensions", "sec-websocket-key", "sec-websocket-version",
    ];

    /// <summary>True when the value names no header, the common case.</summary>
    public static bool IsPlain(string? value) =>
        string.IsNullOrEmpty(value)
        || value.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)
        || value.Equals("close", StringComparison.OrdinalIgnoreCase)
        || value.Equals("upgrade", StringComparison.OrdinalIgnoreCase);

    /// <summary>The names of the headers to remove.</summary>
    public static IEnumerable<string> Nominated(string value)
    {
        foreach (var option in new StringTokenizer(value, [',']))
        {
            var name = option.Trim().ToString();
            if (HeaderSyntax.IsToken(name) && !NotRemovable.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                yield return name;
            }
        }
    }
}
