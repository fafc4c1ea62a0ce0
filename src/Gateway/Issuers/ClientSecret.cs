using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Gateway.Foundation;

namespace Gateway.Issuers;

/// <summary>The secret of the gateway as a client of an issuer.</summary>
internal static class ClientSecret
{
    /// <summary>Reads the secret from its file; null, with the problem, when the file cannot be read or its content is not valid.</summary>
    public static async Task<(string? Secret, string? Problem)> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var (content, problem) = await CredentialFile.ReadAsync(path, cancellationToken);
        return (content is null ? null : Read(content, out problem), problem);
    }

    /// <summary>Reads the secret from the content of a file; null, with the problem, when the content is not valid.</summary>
    public static string? Read(byte[] content, out string? error)
    {
        var text = Encoding.UTF8.GetString(content).TrimEnd('\r', '\n');
        error = text.Length == 0 ? "it holds no secret"
                : text.Any(character => char.IsControl(character) || character is '\uFEFF' or '\uFFFD')
                ? "it holds more than one line of text, or a byte order mark"
            : null;
        return error is null ? text : null;
    }

    /// <summary>RFC 6749 section 2.3.1: the id and the secret are form-encoded before they are joined.</summary>
    public static AuthenticationHeaderValue Basic(string clientId, string secret) => new(
        "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{WebUtility.UrlEncode(clientId)}:{WebUtility.UrlEncode(secret)}")));
}
