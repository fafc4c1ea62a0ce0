using System.Collections.Immutable;
using Gateway.Foundation;

namespace Gateway.Identity;

/// <summary>The treatment of a client's header.</summary>
internal enum HeaderVerdict
{
    Keep,
    Strip,

    /// <summary>The name is an alias that some destinations would read as a header of the gateway.</summary>
    Alias,
}

/// <summary>
/// The header names that only the gateway may send to a destination: identity headers, and proxy headers about client, target and method,
/// with which a client could contradict the checked request.
/// </summary>
internal sealed class ProtectedHeaders
{
    // Headers that frame, route or cache a message. A destination that folds separators would read another spelling of one of these as the
    // header itself.
    private static readonly ImmutableArray<string> MessageHeaders =
    [
        "Transfer-Encoding", "Content-Length", "Content-Type", "Content-Encoding", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization",
        "HTTP2-Settings", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol",
        "Sec-WebSocket-Extensions",
    ];

    private readonly ImmutableArray<Entry> _entries;

    // For each first character, bit n is set when a protected name has n characters. Most headers of a request need no comparison.
    private readonly ulong[] _lengths = new ulong[32];

    /// <param name="identityHeaders">
    /// Removed, with all aliases. The default names are removed too, because a destination may still trust them.
    /// </param>
    /// <param name="tokenHeaders">Kept in their own spelling, because the token is read from there; removed in every other.</param>
    /// <param name="certificateHeader">Where trusted proxies pass on the client's certificate: read before, and removed in every
    /// spelling.</param>
    public ProtectedHeaders(
        IEnumerable<string> identityHeaders, IEnumerable<string> tokenHeaders, AliasBehavior aliases, string? certificateHeader = null)
    {
        Aliases = aliases;
        _entries =
        [
            .. tokenHeaders.Select(name => new Entry(name, IsIdentity: false, IsKept: true)),
            .. WithDefaults(identityHeaders).Select(name => new Entry(name, IsIdentity: true, IsKept: false)),
            .. MessageHeaders.Select(name => new Entry(name, IsIdentity: false, IsKept: true)),
            .. ProxyHeaders.Names.Append(certificateHeader)
                .OfType<string>()
                .Select(name => new Entry(name, IsIdentity: false, IsKept: false)),
        ];
        foreach (var entry in _entries)
        {
            _lengths[HeaderAlias.InitialOf(entry.Name)] |= 1UL << (entry.Name.Length & 63);
        }
    }

    public AliasBehavior Aliases { get; }

    /// <summary>The configured identity header names and the default ones.</summary>
    public static IEnumerable<string> WithDefaults(IEnumerable<string> identityHeaders) =>
        identityHeaders.Concat(IdentityCheck.DefaultNames);

    public HeaderVerdict Judge(string name, out bool isIdentity)
    {
        isIdentity = false;
        if ((_lengths[HeaderAlias.InitialOf(name)] & (1UL << (name.Length & 63))) != 0)
        {
            foreach (var entry in _entries)
            {
                if (!HeaderAlias.IsSame(name, entry.Name))
                {
                    continue;
                }

                isIdentity = entry.IsIdentity;
                var isExact = name.Equals(entry.Name, StringComparison.OrdinalIgnoreCase);
                if (isExact)
                {
                    return entry.IsKept ? HeaderVerdict.Keep : HeaderVerdict.Strip;
                }

                return entry.IsIdentity || entry.IsKept ? HeaderVerdict.Alias : HeaderVerdict.Strip;
            }
        }

        return name.Length > ProxyHeaders.ForwardedPrefix.Length && HeaderAlias.StartsWith(name, ProxyHeaders.ForwardedPrefix)
            ? HeaderVerdict.Strip
            : HeaderVerdict.Keep;
    }

    private readonly record struct Entry(string Name, bool IsIdentity, bool IsKept);
}
