using System.Text.Json.Serialization;
using Gateway.Jose;

namespace Gateway.Pipeline.SecurityEvents;

/// <summary>An error as RFC 8935 section 2.3 has it.</summary>
internal sealed record SecurityEventError(
    [property: JsonPropertyName("err")] string Code, [property: JsonPropertyName("description")] string Description)
{
    public const string InvalidRequest = "invalid_request";

    /// <summary>RFC 8935 section 2.4 and the registry of section 7.1.</summary>
    public static string CodeOf(RejectionReason reason) => reason switch
    {
        RejectionReason.UnknownIssuer => "invalid_issuer",
        RejectionReason.WrongAudience => "invalid_audience",
        RejectionReason.UnknownKey or RejectionReason.BadSignature or RejectionReason.UnsupportedAlgorithm => "invalid_key",
        _ => InvalidRequest,
    };

    public Task WriteAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentLanguage = "en";
        return Results.Json(
            this, SecurityEventErrorJson.Default.SecurityEventError, statusCode: StatusCodes.Status400BadRequest).ExecuteAsync(context);
    }
}

[JsonSerializable(typeof(SecurityEventError))]
internal sealed partial class SecurityEventErrorJson : JsonSerializerContext;
