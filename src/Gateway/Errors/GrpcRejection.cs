using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Gateway.Errors;

/// <summary>
/// A rejection as gRPC clients read it: HTTP 200 with the status in the headers and nothing after them, which gRPC calls trailers-only. To
/// them any other HTTP status is a fault of the transport, whose body and headers the program never sees.
/// </summary>
/// <param name="Status">The HTTP status that it stands for, for log and span.</param>
internal sealed record GrpcRejection(int Status)
{
    private const string Native = "application/grpc";
    private const string Web = "-web";
    private const string WebText = "-text";
    private const int Unknown = 2;
    private const string Hex = "0123456789ABCDEF";

    // gRPC's own table (doc/http-grpc-status-mapping.md), and RESOURCE_EXHAUSTED for limits, which clients tell from an outage.
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

    /// <summary>A gRPC or gRPC-Web call. The former does not exist on HTTP/1.1, where such a type is an ordinary client's.</summary>
    public static bool IsFor(HttpRequest request) => TypeOf(request) is not null;

    /// <summary>The HTTP status that an answer has or, to a gRPC client, stands for.</summary>
    public static int StatusOf(HttpContext context) =>
        (context.Request.ContentType is null ? null : context.Features.Get<GrpcRejection>()?.Status) ?? context.Response.StatusCode;

    /// <summary>Headers that were set for the rejection, such as the challenge, stay.</summary>
    /// <param name="message">Percent-encoded.</param>
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

    /// <summary>The form of <c>grpc-message</c>: visible ASCII and spaces but '%', every other byte of UTF-8 percent-encoded.</summary>
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

    /// <summary>The type of the answer, which repeats nothing of the request; null for what is no gRPC.</summary>
    private static string? TypeOf(HttpRequest request)
    {
        if (request.ContentType is not { } type || !type.StartsWith(Native, StringComparison.OrdinalIgnoreCase) || !HttpMethods.IsPost(request.Method))
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
