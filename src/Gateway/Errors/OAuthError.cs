using System.Text.Json.Serialization;

namespace Gateway.Errors;

/// <summary>
/// An error response in the form of RFC 6749 section 5.2, for endpoints whose clients expect it (RFC 7009, OpenID Connect logout).
/// </summary>
internal sealed class OAuthError(int status, string error, string description) : IResult
{
    public const string InvalidRequest = "invalid_request";
    public const string TemporarilyUnavailable = "temporarily_unavailable";

    public static OAuthError Invalid(string description) => new(StatusCodes.Status400BadRequest, InvalidRequest, description);

    public static OAuthError Unavailable(string description, int status = StatusCodes.Status503ServiceUnavailable) =>
        new(status, TemporarilyUnavailable, description);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        if (error == TemporarilyUnavailable)
        {
            httpContext.Response.SetRetryAfter();
        }

        return Results.Json(new OAuthErrorBody(error, Printable(description)), OAuthErrorJson.Default.OAuthErrorBody, statusCode: status)
            .ExecuteAsync(httpContext);
    }

    /// <summary>RFC 6749 section 5.2 allows visible ASCII and spaces, without quotes and backslashes.</summary>
    private static string Printable(string text) =>
        string.Concat(text.Select(character => character is >= ' ' and <= '~' and not '"' and not '\\' ? character : '?'));
}

internal sealed record OAuthErrorBody(string Error, string ErrorDescription);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OAuthErrorBody))]
internal sealed partial class OAuthErrorJson : JsonSerializerContext;
