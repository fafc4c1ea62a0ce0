using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Gateway.Testing;

/// <summary>How a <see cref="FakeIssuer"/> answers in each <see cref="ProviderMode"/>.</summary>
internal static class ProviderAnswers
{
    /// <summary>Stands in every document that is no use: what must never be repeated in a message.</summary>
    public const string Marker = "repeat-me-not";

    private const int Huge = 50 * 1024 * 1024;
    private const string EntityTag = "\"keys-1\"";
    private const string ModifiedAt = "Thu, 01 Jan 2026 00:00:00 GMT";

    private static readonly Lazy<byte[]> Bomb = new(() => Compress(new byte[Huge]));

    public static bool IsUsable(this ProviderMode mode) => mode <= ProviderMode.LastModified;

    public static Task MetadataAsync(FakeIssuer issuer, HttpContext context)
    {
        var response = context.Response;
        switch (issuer.Mode)
        {
            case ProviderMode.MetadataError:
                response.StatusCode = StatusCodes.Status500InternalServerError;
                return response.WriteAsync(Marker);
            case ProviderMode.MetadataHtml:
                return response.WriteAsync($"<html>{Marker}</html>");
            case ProviderMode.MetadataWithoutKeysAddress:
                return response.WriteAsync(new JsonObject { ["issuer"] = issuer.Issuer, ["note"] = Marker }.ToJsonString());
            case ProviderMode.MetadataOfAnotherIssuer:
                return response.WriteAsync(
                    new JsonObject { ["issuer"] = $"https://{Marker}.example", ["jwks_uri"] = issuer.JwksUri }.ToJsonString());
            default:
                return response.WriteAsync(new JsonObject { ["issuer"] = issuer.Issuer, ["jwks_uri"] = issuer.JwksUri }.ToJsonString());
        }
    }

    public static Task KeysAsync(FakeIssuer issuer, HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var keys = Document(issuer.Keys.DeepClone().AsArray());
        switch (issuer.Mode)
        {
            case ProviderMode.Gzip:
                response.Headers.ContentEncoding = "gzip";
                return response.Body.WriteAsync(Compress(Encoding.UTF8.GetBytes(keys))).AsTask();
            case ProviderMode.RedirectToSameHost when request.Path == "/keys":
                response.Redirect("/moved");
                return Task.CompletedTask;
            case ProviderMode.RedirectToAnotherHost when request.Path == "/keys":
                response.Redirect($"{issuer.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)}/moved?{Marker}");
                return Task.CompletedTask;
            case ProviderMode.RedirectInCircles:
                response.Redirect($"/keys?{Marker}");
                return Task.CompletedTask;
            case ProviderMode.OneBadKey:
                var bad = new JsonObject { ["kid"] = "short", ["kty"] = "RSA", ["n"] = "AQAB", ["e"] = "AQAB" };
                return response.WriteAsync(Document([bad, .. issuer.Keys.DeepClone().AsArray().Select(key => key!.DeepClone())]));
            case ProviderMode.EntityTag:
                response.Headers.ETag = EntityTag;
                return AnswerAsync(issuer, response, keys, request.Headers.IfNoneMatch == EntityTag);
            case ProviderMode.LastModified:
                response.Headers.LastModified = ModifiedAt;
                return AnswerAsync(issuer, response, keys, request.Headers.IfModifiedSince == ModifiedAt);
            case ProviderMode.InternalError:
                response.StatusCode = StatusCodes.Status500InternalServerError;
                return response.WriteAsync(Marker);
            case ProviderMode.NotFound:
                response.StatusCode = StatusCodes.Status404NotFound;
                return response.WriteAsync(Marker);
            case ProviderMode.Html:
                return response.WriteAsync($"<!doctype html><title>{Marker}</title>");
            case ProviderMode.EmptyObject:
                return response.WriteAsync("{}");
            case ProviderMode.NoKeys:
                return response.WriteAsync($$"""{"note":"{{Marker}}","keys":[]}""");
            case ProviderMode.HalfAnObject:
                return response.WriteAsync($$"""{"note":"{{Marker}}",{{keys.AsSpan(1, keys.Length / 2)}}""");
            case ProviderMode.CutConnection:
                return CutAsync(context, keys);
            case ProviderMode.FiftyMegabytes:
                return WriteHugeAsync(context);
            case ProviderMode.GzipBomb:
                response.Headers.ContentEncoding = "gzip";
                return response.Body.WriteAsync(Bomb.Value).AsTask();
            case ProviderMode.SlowDrip:
                return DripAsync(context);
            case ProviderMode.Hang:
                return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            default:
                return response.WriteAsync(keys);
        }
    }

    private static string Document(JsonArray keys) => new JsonObject { ["keys"] = keys }.ToJsonString();

    private static Task AnswerAsync(FakeIssuer issuer, HttpResponse response, string keys, bool isUnchanged)
    {
        if (!isUnchanged)
        {
            return response.WriteAsync(keys);
        }

        issuer.CountNotModified();
        response.StatusCode = StatusCodes.Status304NotModified;
        return Task.CompletedTask;
    }

    private static async Task CutAsync(HttpContext context, string keys)
    {
        context.Response.ContentLength = keys.Length;
        await context.Response.WriteAsync(keys[..(keys.Length / 2)]);
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    private static async Task WriteHugeAsync(HttpContext context)
    {
        var chunk = new byte[64 * 1024];
        Array.Fill(chunk, (byte)' ');
        for (var written = 0; written < Huge && !context.RequestAborted.IsCancellationRequested; written += chunk.Length)
        {
            await context.Response.Body.WriteAsync(chunk, CancellationToken.None);
        }
    }

    private static async Task DripAsync(HttpContext context)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.WriteAsync(" ", CancellationToken.None);
            await context.Response.Body.FlushAsync(CancellationToken.None);
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private static byte[] Compress(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }
}
