using System.Net.Http.Headers;
using System.Text;
using Gateway.Foundation;

namespace Gateway.Issuers;

/// <summary>
/// Sends the bearer token of <c>Keys:TokenFile</c>. The file is read for each request, because the kubelet and others replace it before the
/// token expires.
/// </summary>
internal sealed class KeyToken(string file, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string Scheme = "Bearer";

    public static bool TryRead(ReadOnlySpan<byte> content, out string token)
    {
        token = Encoding.UTF8.GetString(content).Trim();
        return token.Length > 0 && HeaderSyntax.IsValue(token) && !token.Contains(' ', StringComparison.Ordinal);
    }

    /// <exception cref="IOException">There is no token in the file; the request is not sent.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        byte[] content;
        try
        {
            content = await File.ReadAllBytesAsync(file, cancellationToken);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new TokenFileException(fault);
        }
        catch (IOException fault)
        {
            throw new TokenFileException(fault);
        }

        request.Headers.Authorization = TryRead(content, out var token)
            ? new AuthenticationHeaderValue(Scheme, token)
            : throw new TokenFileException(null);
        return await base.SendAsync(request, cancellationToken);
    }
}

/// <summary>The token for a key fetch could not be read.</summary>
internal sealed class TokenFileException(Exception? inner)
    : IOException("The file of Keys:TokenFile holds no token that can be read.", inner);
