using System.Buffers;
using System.Text.Json;
using Gateway.Observability;
using Microsoft.AspNetCore.WebUtilities;

namespace Gateway.Errors;

/// <summary>Every failure the gateway answers itself is an RFC 9457 problem that is not cached and echoes nothing of the request.</summary>
internal static class Problem
{
    public static Task WriteAsync(HttpContext context, int status, string? error = null, string? reason = null, string? detail = null)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.Headers.CacheControl = "no-store";
        response.ContentType = "application/problem+json";
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteNumber("status"u8, status);
            json.WriteString("title"u8, ReasonPhrases.GetReasonPhrase(status));
            WriteOptional(json, "error", error);
            WriteOptional(json, "reason", reason);
            WriteOptional(json, "detail", detail);
            json.WriteString("traceId"u8, TraceId.Of(context));
            json.WriteEndObject();
        }

        response.ContentLength = body.WrittenCount;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted).AsTask();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
