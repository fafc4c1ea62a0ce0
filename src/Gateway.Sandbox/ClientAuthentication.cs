using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Gateway.Sandbox;

/// <summary>Authenticates the client of a request: client_secret_basic, client_secret_post, or none for a public client.</summary>
internal static class ClientAuthentication
{
    public static readonly IReadOnlyList<string> Methods = ["client_secret_basic", "client_secret_post", "none"];

    private static readonly OAuthError Unknown = OAuthError.InvalidClient("The client is unknown or its secret is wrong.");

    public static OAuthResult<DevelopmentClient> Authenticate(HttpRequest request, OAuthForm form)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            return form["client_id"] is { } id ? Check(id, form["client_secret"]) : OAuthError.InvalidClient("No client is named.");
        }

        // RFC 6749 2.3: more than one method in a request is refused, not ranked.
        if (form["client_secret"] is not null)
        {
            return OAuthError.InvalidRequest("Authenticate the client once, in the header or in the form.");
        }

        if (ReadBasic(header) is not { } credentials)
        {
            return OAuthError.InvalidClient("The Authorization header is not client_secret_basic.");
        }

        return form["client_id"] is { } named && named != credentials.Id
            ? OAuthError.InvalidRequest("The form names another client than the Authorization header.")
            : Check(credentials.Id, credentials.Secret);
    }

    private static OAuthResult<DevelopmentClient> Check(string id, string? secret) =>
        DevelopmentClient.Find(id) is { } client && client.Accepts(secret) ? client : Unknown;

    private static (string Id, string Secret)? ReadBasic(string header)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out var value)
            || !value.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            || value.Parameter is null)
        {
            return null;
        }

        var decoded = new byte[value.Parameter.Length];
        if (!Convert.TryFromBase64String(value.Parameter, decoded, out var length))
        {
            return null;
        }

        var pair = Encoding.UTF8.GetString(decoded, 0, length).Split(':', 2);

        // RFC 6749 2.3.1: both halves were form-encoded before they were joined.
        return pair is [var id, var secret] ? (WebUtility.UrlDecode(id), WebUtility.UrlDecode(secret)) : null;
    }
}
