using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Gateway.Foundation;
using Microsoft.AspNetCore.WebUtilities;

namespace Gateway.Errors;

/// <summary>
/// Writes the gateway's own error responses as RFC 9457 problem documents, which are not cached and echo nothing of the request. A gRPC
/// client receives a <see cref="GrpcRejection"/> with the same content.
/// </summary>
internal static class Problem
{
    public static Task WriteAsync(HttpContext context, int status, string? error = null, string? reason = null, string? detail = null)
    {
        context.Response.StatusCode = status;
        Write(context, Prepare(status, error, reason, detail));
        return Task.CompletedTask;
    }

    /// <summary>Renders the body up to the trace id. Only the trace id differs between two responses with the same error.</summary>
    public static PreparedProblem Prepare(int status, string? error = null, string? reason = null, string? detail = null)
    {
        var body = Utf8Json.Object(json =>
        {
            json.WriteNumber("status"u8, status);
            json.WriteString("title"u8, ReasonPhrases.GetReasonPhrase(status));
            WriteOptional(json, "error", error);
            WriteOptional(json, "reason", reason);
            WriteOptional(json, "detail", detail);
            json.WriteString("traceId"u8, "");
        });

        var message = $"{ReasonPhrases.GetReasonPhrase(status)}{Said(error)}{Said(reason)}{Said(detail)}";
        return new PreparedProblem(status, [.. body.AsSpan(..^End.Length)], GrpcRejection.Encode(message));
    }

    /// <summary>Writes headers and body into the server's buffer, which sends them together.</summary>
    public static void Write(HttpContext context, PreparedProblem problem)
    {
        var traceId = TraceId.Of(context);
        if (GrpcRejection.IsFor(context.Request))
        {
            GrpcRejection.Write(context, problem.Status, $"{problem.GrpcMessage} (trace {traceId})");
            return;
        }

        var prepared = problem.Body;
        var length = prepared.Length + Encoding.UTF8.GetByteCount(traceId) + End.Length;
        var response = context.Response;
        response.Headers.CacheControl = "no-store";
        response.ContentType = "application/problem+json";
        response.ContentLength = length;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        var buffer = response.BodyWriter.GetSpan(length);
        prepared.AsSpan().CopyTo(buffer);
        Encoding.UTF8.GetBytes(traceId, buffer[prepared.Length..]);
        End.CopyTo(buffer[(length - End.Length)..]);
        response.BodyWriter.Advance(length);
    }

    private static string Said(string? text) => text is null ? "" : $": {text}";

    private static ReadOnlySpan<byte> End => "\"}"u8;

    private static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}

/// <summary>A rendered problem document without its trace id.</summary>
/// <param name="Body">The body up to the trace id.</param>
/// <param name="GrpcMessage">The encoded <c>grpc-message</c> that a gRPC client receives instead of the body.</param>
internal sealed record PreparedProblem(int Status, ImmutableArray<byte> Body, string GrpcMessage);
