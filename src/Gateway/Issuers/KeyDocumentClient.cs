using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;

namespace Gateway.Issuers;

/// <summary>What came back for a document: its bytes, the news that it is the same as last time, or what went wrong.</summary>
internal readonly record struct KeyDocument(byte[]? Content, string? Error, TimeSpan? MaxAge = null)
{
    public static KeyDocument Failed(string error) => new(null, error);
}

/// <summary>What a document was when it was last fetched, so that the provider need not send it again (RFC 9110 section 13).</summary>
internal sealed record DocumentVersion(EntityTagHeaderValue? Tag, DateTimeOffset? LastModified);

/// <summary>
/// Fetches metadata and JWK Sets. Everything a broken or hostile provider can do is bounded: time, size before and after
/// decompression, redirects (to the same host only). What it sent is never echoed into a message.
/// </summary>
/// <param name="type">The media type to ask for.</param>
/// <param name="maxLength">Bytes of a document.</param>
internal sealed class KeyDocumentClient(
    HttpClient http, KeyFetchSettings settings, string type = "application/json", int maxLength = KeyDocumentClient.MaxLength)
{
    private const int MaxLength = 256 * 1024;
    private const int FirstBuffer = 64 * 1024;
    private const int MaxRedirects = 3;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>An address as messages show it: a query or user info may hold a credential.</summary>
    public static string NameOf(Uri address) =>
        address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    public bool Allows(Uri address) => settings.Allows(address);

    /// <param name="known">What was fetched before, replaced by what is fetched now.</param>
    public async Task<(KeyDocument Document, DocumentVersion? Version)> GetAsync(
        Uri address, DocumentVersion? known, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Timeout);
        try
        {
            var target = address;
            for (var redirects = 0; ; redirects++)
            {
                using var response = await SendAsync(target, known, deadline.Token);
                if (RedirectOf(response, target) is not { } next)
                {
                    return await ReadAsync(response, known, deadline.Token);
                }

                if (redirects == MaxRedirects || next.Host != address.Host || !Allows(next)
                    || (target.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps))
                {
                    return (KeyDocument.Failed("it redirects to another host, away from https, or too often"), known);
                }

                target = next;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (KeyDocument.Failed($"it did not respond within {Timeout.TotalSeconds:0} s"), known);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException)
        {
            return (KeyDocument.Failed($"it cannot be read: {FetchFault.Describe(fault)}"), known);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Uri target, DocumentVersion? known, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        request.Headers.Accept.ParseAdd(type);
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        if (known?.Tag is { } tag)
        {
            request.Headers.IfNoneMatch.Add(tag);
        }

        request.Headers.IfModifiedSince = known?.LastModified;
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private static Uri? RedirectOf(HttpResponseMessage response, Uri target) =>
        response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.TemporaryRedirect
            or HttpStatusCode.PermanentRedirect
        && response.Headers.Location is { } location && Uri.TryCreate(target, location, out var next)
            ? next
            : null;

    private async Task<(KeyDocument Document, DocumentVersion? Version)> ReadAsync(
        HttpResponseMessage response, DocumentVersion? known, CancellationToken cancellationToken)
    {
        var maxAge = response.Headers.CacheControl is { } cache ? (cache.NoCache || cache.NoStore ? TimeSpan.Zero : cache.MaxAge) : null;
        if (response.StatusCode == HttpStatusCode.NotModified && known is not null)
        {
            return (new KeyDocument(null, null, maxAge), known);
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            return (KeyDocument.Failed($"it responded with status {(int)response.StatusCode}"), known);
        }

        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var plain = response.Content.Headers.ContentEncoding.Contains("gzip", StringComparer.OrdinalIgnoreCase)
            ? new GZipStream(body, CompressionMode.Decompress)
            : body;
        if (await ReadBoundedAsync(plain, cancellationToken) is not { } content)
        {
            return (KeyDocument.Failed($"it is larger than {maxLength} bytes"), known);
        }

        return (new KeyDocument(content, null, maxAge), new DocumentVersion(response.Headers.ETag, response.Content.Headers.LastModified));
    }

    private async Task<byte[]?> ReadBoundedAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[Math.Min(maxLength + 1, FirstBuffer)];
        var length = 0;
        while (true)
        {
            length += await stream.ReadAtLeastAsync(
                buffer.AsMemory(length), buffer.Length - length, throwOnEndOfStream: false, cancellationToken);
            if (length < buffer.Length)
            {
                return buffer[..length];
            }

            if (length > maxLength)
            {
                return null;
            }

            Array.Resize(ref buffer, Math.Min(2 * buffer.Length, maxLength + 1));
        }
    }
}
