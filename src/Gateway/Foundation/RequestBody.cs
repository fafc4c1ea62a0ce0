using System.Buffers;
using System.Net;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace Gateway.Foundation;

/// <summary>
/// Reads the bodies of the gateway's own endpoints: bounded in size, read as a whole, and only of the expected media type.
/// </summary>
internal static class RequestBody
{
    public const string Json = "application/json";
    public const string Form = "application/x-www-form-urlencoded";

    private const int MaxParameters = 32;

    /// <summary>True when <c>Content-Type</c> names this media type, with no charset or UTF-8.</summary>
    public static bool Is(HttpRequest request, string mediaType) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase)
        && (type.Charset.Length == 0 || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    /// <summary>The body; null when it is longer than the limit. The rest of a longer body is not read.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
        {
            return null;
        }

        var body = new ArrayBufferWriter<byte>();
        while (await request.Body.ReadAsync(body.GetMemory(4096), cancellationToken) is var count and > 0)
        {
            body.Advance(count);
            if (body.WrittenCount > limit)
            {
                return null;
            }
        }

        return body.WrittenMemory;
    }

    /// <summary>The parameters of a form; null when a name occurs twice (RFC 6749 section 3.2) or there are more than 32.</summary>
    public static Dictionary<string, string>? ReadForm(ReadOnlyMemory<byte> body)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        var pairs = Encoding.UTF8.GetString(body.Span).Split('&', MaxParameters + 1);
        foreach (var pair in pairs.Where(pair => pair.Length > 0))
        {
            var end = pair.IndexOf('=', StringComparison.Ordinal) is >= 0 and var equals ? equals : pair.Length;
            var value = end < pair.Length ? pair[(end + 1)..] : "";
            if (pairs.Length > MaxParameters || !parameters.TryAdd(WebUtility.UrlDecode(pair[..end]), WebUtility.UrlDecode(value)))
            {
                return null;
            }
        }

        return parameters;
    }
}
