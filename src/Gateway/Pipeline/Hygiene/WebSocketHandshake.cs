using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.Pipeline.Hygiene;

/// <summary>Checks both halves of RFC 6455's opening handshake: the client's request and the destination's response.</summary>
internal static class WebSocketHandshake
{
    public const string Protocol = "websocket";

    private const string Version = "13";
    private const int KeyLength = 24;
    private const int KeyBytes = 16;

    // RFC 6455 section 1.3.
    private const string KeySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>True for version 13, the only one that RFC 6455 defines.</summary>
    public static bool HasVersion(IHeaderDictionary headers) => headers.SecWebSocketVersion is [Version];

    /// <summary>True when a request over HTTP/1.1 has the other headers of RFC 6455 section 4.2.1 too.</summary>
    public static bool IsComplete(IHeaderDictionary headers) =>
        HasVersion(headers)
        && headers.SecWebSocketKey is [{ Length: KeyLength } key]
        && Convert.TryFromBase64String(key, stackalloc byte[KeyBytes], out var length)
        && length == KeyBytes;

    /// <summary>
    /// True when the response completes the handshake (RFC 6455 sections 4.1 and 4.2.2; RFC 8441 section 5 for HTTP/2). It is compared with
    /// the request to the destination and not with the client's: the proxy creates its own key when it converts HTTP/2 to HTTP/1.1.
    /// </summary>
    public static bool IsCompletedBy(HttpResponseMessage response)
    {
        var (asked, given) = (response.RequestMessage!.Headers.NonValidated, response.Headers.NonValidated);
        return (response.RequestMessage.Method == HttpMethod.Connect || IsSwitched(asked, given))
            && Chooses(given, asked, "Sec-WebSocket-Protocol", atMostOne: true)
            && Chooses(given, asked, "Sec-WebSocket-Extensions", atMostOne: false);
    }

    /// <summary>
    /// A destination that does not compute Sec-WebSocket-Accept has not understood the request and may have treated it as another one.
    /// </summary>
    private static bool IsSwitched(HttpHeadersNonValidated asked, HttpHeadersNonValidated given) =>
        Protocol.Equals(Single(given, "Upgrade"), StringComparison.OrdinalIgnoreCase)
        && Tokens(given, "Connection").Contains("upgrade", StringComparer.OrdinalIgnoreCase)
        && Single(asked, "Sec-WebSocket-Key") is { } key
        && AcceptOf(key).Equals(Single(given, "Sec-WebSocket-Accept"), StringComparison.Ordinal);

    private static string AcceptOf(string key) =>
#pragma warning disable CA5350 // RFC 6455 requires SHA-1 here, and not for security.
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + KeySuffix)));
#pragma warning restore CA5350

    /// <summary>
    /// True when the response names only offered items. Parameters of extensions contain no commas (RFC 6455 section 9.1).
    /// </summary>
    private static bool Chooses(HttpHeadersNonValidated given, HttpHeadersNonValidated asked, string header, bool atMostOne)
    {
        var chosen = Tokens(given, header).ToArray();
        return chosen.Length == 0
            || ((chosen.Length == 1 || !atMostOne) && !chosen.Except(Tokens(asked, header), StringComparer.Ordinal).Any());
    }

    private static string? Single(HttpHeadersNonValidated headers, string name) =>
        headers.TryGetValues(name, out var values) && values.Count == 1 ? values.ToString() : null;

    /// <summary>The items of a list, without their parameters.</summary>
    private static IEnumerable<string> Tokens(HttpHeadersNonValidated headers, string name) =>
        headers.TryGetValues(name, out var values)
            ? values.SelectMany(value => value.Split(',')).Select(item => item.Split(';')[0].Trim())
            : [];
}
