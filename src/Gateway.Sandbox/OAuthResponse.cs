using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Net.Http.Headers;

namespace Gateway.Sandbox;

/// <summary>Writes the JSON answers of the issuer; member names are the snake case of the standards.</summary>
internal static class OAuthResponse
{
    private static readonly JsonSerializerOptions SnakeCase = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    public static async Task WriteAsync<T>(HttpResponse response, T value)
    {
        await response.WriteAsJsonAsync(value, SnakeCase, response.HttpContext.RequestAborted);
        await response.WriteAsync("\n", response.HttpContext.RequestAborted);
    }

    public static Task WriteErrorAsync(HttpResponse response, OAuthError error)
    {
        response.StatusCode = error.StatusCode;
        if (error.StatusCode == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Basic realm=\"sandbox\"";
        }

        ForbidCaching(response);
        return WriteAsync(response, new ErrorBody(error.Error, error.Description));
    }

    // RFC 6749 5.1: an answer with a token, and one about a token, stays out of every cache.
    public static void ForbidCaching(HttpResponse response)
    {
        response.Headers[HeaderNames.CacheControl] = "no-store";
        response.Headers[HeaderNames.Pragma] = "no-cache";
    }

    private sealed record ErrorBody(string Error, string ErrorDescription);
}
