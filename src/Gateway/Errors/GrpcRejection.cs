using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Gateway.Errors;

/// <summary>
/// Rejects a gRPC call with HTTP 200 and the status in the headers, without a body (gRPC calls it trailers-only). gRPC clients treat any
/// other HTTP status as a transport error and do not show its headers and body to the program.
/// </summary>
/// <param name="Status">The equivalent HTTP status, for log and span.</param>
internal sealed record GrpcRejection(int Status)
{
    private const string Native = "application/grpc";
    private const string Web = "-web";
    private const string WebText = "-text";
    private const int Unknown = 2;
    private const string Hex = "0123456789ABCDEF";

    // gRPC's table (doc/http-grpc-status-mapping.md). Limits use RESOURCE_EXHAUSTED instead, so that clients can tell them from an outage.
    private static readonly FrozenDictionary<int, int> Codes = new Dictionary<int, int>
    {
        [StatusCodes.Status400BadRequest] = 13,
        [StatusCodes.Status401Unauthorized] = 16,
        [StatusCodes.Status403Forbidden] = 7,
        [StatusCodes.Status404NotFound] = 12,
        [StatusCodes.Status405MethodNotAllowed] = 12,
        [StatusCodes.Status413PayloadTooLarge] = 8,
        [StatusCodes.Status429TooManyRequests] = 8,
        [StatusCodes.Status500InternalServerError] = 13,
        [StatusCodes.Status502BadGateway] = 14,
        [StatusCodes.Status503ServiceUnavailable] = 14,
        [StatusCodes.Status504GatewayTimeout] = 14,
    }.ToFrozenDictionary();

    /// <summary>
    /// True for a gRPC or gRPC-Web call. gRPC does not exist on HTTP/1.1, so there its media type marks an ordinary request.
    /// </summary>
    public static bool IsFor(HttpRequest request) => TypeOf(request) is not null;

    /// <summary>The HTTP status of the response; for a rejected gRPC call, the equivalent HTTP status.</summary>
    public static int StatusOf(HttpContext context) =>
        (context.Request.ContentType is null ? null : context.Features.Get<GrpcRejection>()?.Status) ?? context.Response.StatusCode;

    /// <summary>Turns the response into a rejection. Headers that are already set, such as the challenge, are kept.</summary>
    /// <param name="message">Percent-encoded by <see cref="Encode"/>.</param>
    public static void Write(HttpContext context, int status, string message)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = TypeOf(context.Request);
        response.ContentLength = null;
        response.Headers.CacheControl = "no-store";
        response.Headers.GrpcStatus = Codes.GetValueOrDefault(status, Unknown).ToString(CultureInfo.InvariantCulture);
        response.Headers.GrpcMessage = message;
        context.Features.Set(new GrpcRejection(status));
    }

    /// <summary>
    /// Encodes <c>grpc-message</c> as gRPC's HTTP/2 protocol prescribes: visible ASCII and spaces except '%' are kept, all other bytes of
    /// UTF-8 are percent-encoded.
    /// </summary>
    public static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var unit in Encoding.UTF8.GetBytes(text))
        {
            if (unit is >= (byte)' ' and <= (byte)'~' and not (byte)'%')
            {
                encoded.Append((char)unit);
            }
            else
            {
                encoded.Append('%').Append(Hex[unit >> 4]).Append(Hex[unit & 15]);
            }
        }

        return encoded.ToString();
    }

    /// <summary>
    /// The media type of the response, one of four constants so that nothing of the request is echoed; null when the request is not gRPC.
    /// </summary>
    private static string? TypeOf(HttpRequest request)
    {
        if (request.ContentType is not { } type
            || !type.StartsWith(Native, StringComparison.OrdinalIgnoreCase)
            || !HttpMethods.IsPost(request.Method))
        {
            return null;
        }

        var rest = type.AsSpan(Native.Length);
        var isWeb = rest.StartsWith(Web, StringComparison.OrdinalIgnoreCase);
        rest = isWeb ? rest[Web.Length..] : rest;
        var isText = isWeb && rest.StartsWith(WebText, StringComparison.OrdinalIgnoreCase);
        rest = isText ? rest[WebText.Length..] : rest;
        if (rest is not ([] or ['+' or ';' or ' ', ..]))
        {
            return null;
        }

        return isText ? Native + Web + WebText
            : isWeb ? Native + Web
            : HttpProtocol.IsHttp2(request.Protocol) || HttpProtocol.IsHttp3(request.Protocol) ? Native
            : null;
    }
}
