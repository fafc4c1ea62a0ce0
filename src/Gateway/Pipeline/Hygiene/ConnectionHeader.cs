using Gateway.Foundation;
using Microsoft.Extensions.Primitives;

namespace Gateway.Pipeline.Hygiene;

/// <summary>RFC 9110 section 7.6.1: a header that <c>Connection</c> names is meant for the next hop alone, and goes no further.</summary>
internal static class ConnectionHeader
{
    // What may be named without being removed: the options that are no headers, and the headers that carry the message itself, which
    // neither a client nor a destination may take out from under the gateway.
    private static readonly string[] NotRemovable =
    [
        "close", "keep-alive", "upgrade", "te", "trailer", "host", "content-length", "transfer-encoding", "authorization", "cookie", "connection",
        "set-cookie", "content-type", "content-encoding", "cache-control", "location", "sec-websocket-accept", "sec-websocket-protocol",
        "sec-websocket-extensions", "sec-websocket-key", "sec-websocket-version",
    ];

    /// <summary>Whether it names no header, as nearly always.</summary>
    public static bool IsPlain(string? value) =>
        string.IsNullOrEmpty(value)
        || value.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)
        || value.Equals("close", StringComparison.OrdinalIgnoreCase)
        || value.Equals("upgrade", StringComparison.OrdinalIgnoreCase);

    /// <summary>The names of headers to remove, of a value that is not plain.</summary>
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
