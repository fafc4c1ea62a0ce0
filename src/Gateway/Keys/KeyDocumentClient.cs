namespace Gateway.Keys;

/// <summary>What came back for a document: its bytes, or what went wrong.</summary>
internal readonly record struct KeyDocument(byte[]? Content, string? Error);

/// <summary>
/// Fetches metadata and JWK Sets. Everything a broken or hostile provider can do is bounded: time, size, redirects (none followed),
/// decompression (none done). What it sent is never echoed into a message.
/// </summary>
internal sealed class KeyDocumentClient(HttpClient http, bool allowHttp)
{
    private const int MaxLength = 256 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The handler that keeps the promises above; connections are renewed so that DNS changes are seen.</summary>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = ConnectTimeout,
        MaxResponseHeadersLength = 32,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        ActivityHeadersPropagator = null,
    };

    public bool Allows(Uri address) => address.Scheme == Uri.UriSchemeHttps || (allowHttp && address.Scheme == Uri.UriSchemeHttp);

    public async Task<KeyDocument> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Timeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Accept.ParseAdd("application/json");
            request.Headers.AcceptEncoding.ParseAdd("identity");
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            if (response.StatusCode != System.Net.HttpStatusCode.OK)
            {
                return new KeyDocument(null, $"it answered {(int)response.StatusCode}");
            }

            await response.Content.LoadIntoBufferAsync(MaxLength, deadline.Token);
            return new KeyDocument(await response.Content.ReadAsByteArrayAsync(deadline.Token), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new KeyDocument(null, $"it did not answer within {Timeout.TotalSeconds:0} s");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return new KeyDocument(null, $"it cannot be read: {fault.Message}");
        }
    }
}
