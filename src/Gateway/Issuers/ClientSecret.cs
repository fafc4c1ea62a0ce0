using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Gateway.Issuers;

/// <summary>The secret of the gateway as a client of an issuer.</summary>
internal static class ClientSecret
{
    /// <summary>The secret of a file, or null with what is wrong with it.</summary>
    public static string? Read(byte[] content, out string? error)
    {
        var text = Encoding.UTF8.GetString(content).TrimEnd('\r', '\n');
        error = text.Length == 0 ? "it holds no secret"
                : text.Any(character => char.IsControl(character) || character is '\uFEFF' or '\uFFFD')
                ? "it holds more than one line of text, or a byte order mark"
            : null;
        return error is null ? text : null;
    }

    /// <summary>RFC 6749 section 2.3.1: both are form-encoded first.</summary>
    public static AuthenticationHeaderValue Basic(string clientId, string secret) => new(
        "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{WebUtility.UrlEncode(clientId)}:{WebUtility.UrlEncode(secret)}")));
}
