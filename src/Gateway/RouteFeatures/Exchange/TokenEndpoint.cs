using System.Buffers;
using System.Net;
using System.Text.Json;
using Gateway.Foundation;
using Gateway.Issuers;
using Gateway.Jose;

namespace Gateway.RouteFeatures.Exchange;

/// <summary>A token from the issuer, or why there is none; exactly one of the two.</summary>
/// <param name="Lifetime">Seconds.</param>
internal readonly record struct IssuedToken(string? Token, double Lifetime, string? Error)
{
    public static IssuedToken Failed(string error) => new(null, 0, error);
}

/// <summary>
/// Asks an issuer to exchange a token (RFC 8693 section 2). Time and size are bounded, redirects are not followed. Errors name no part of a
/// token or of the response, except the OAuth error code.
/// </summary>
internal sealed class TokenEndpoint : IDisposable
{
    private const string GrantType = "urn:ietf:params:oauth:grant-type:token-exchange";
    private const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";
    private const string JwtType = "urn:ietf:params:oauth:token-type:jwt";
    private const int MaxResponse = 64 * 1024;
    private const int MaxCode = 64;

    // RFC 8693 section 2.2.1 recommends `expires_in`. Without it a token is used for a minute.
    private const double DefaultLifetime = 60;
    private const double LongestLifetime = 24 * 3600;

    // RFC 6750 section 2.1, the characters of a bearer token.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");

    private readonly ExchangeSettings _settings;
    private readonly HttpClient _http;

    public TokenEndpoint(ExchangeSettings settings)
    {
        _settings = settings;
        _http = KeyHttpClients.Create(settings.Authorities, proxy: null, headers: [], tokenFile: null);
        _http.Timeout = settings.Timeout;
        _http.MaxResponseContentBufferSize = MaxResponse;
    }

    public async Task<IssuedToken> ExchangeAsync(string token)
    {
        try
        {
            using var request =
                new HttpRequestMessage(HttpMethod.Post, _settings.TokenEndpoint) { Content = new FormUrlEncodedContent(Form(token)) };
            var (secret, problem) = await ClientSecret.ReadAsync(_settings.SecretFile, CancellationToken.None);
            if (secret is null)
            {
                return IssuedToken.Failed($"the file of the client secret cannot be used: {problem}");
            }

            request.Headers.Authorization = ClientSecret.Basic(_settings.ClientId, secret);
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await _http.SendAsync(request);
            return Read(response.StatusCode, await response.Content.ReadAsByteArrayAsync());
        }
        catch (OperationCanceledException)
        {
            return IssuedToken.Failed(FormattableString.Invariant($"it did not respond within {_settings.Timeout.TotalSeconds:0.###} s"));
        }
        catch (HttpRequestException fault)
        {
            return IssuedToken.Failed($"it cannot be asked: {FetchFault.Describe(fault)}");
        }
    }

    public void Dispose() => _http.Dispose();

    private IEnumerable<KeyValuePair<string, string>> Form(string token)
    {
        yield return new("grant_type", GrantType);
        yield return new("subject_token", token);
        yield return new("subject_token_type", AccessTokenType);
        yield return new("requested_token_type", AccessTokenType);
        if (_settings.Audience is { } audience)
        {
            yield return new("audience", audience);
        }

        if (_settings.Scope is { } scope)
        {
            yield return new("scope", scope);
        }
    }

    private static IssuedToken Read(HttpStatusCode status, byte[] body)
    {
        var isObject = StrictJson.TryParseObject(body, out var json);
        if (status != HttpStatusCode.OK)
        {
            // RFC 6749 section 5.2: a code of a few words. Anything else is not shown.
            var code = isObject ? json.TextOf("error") : null;
            var isCode = code is { Length: > 0 and <= MaxCode } && code.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
            return IssuedToken.Failed(isCode ? $"it responded with {(int)status} {code}" : $"it responded with {(int)status}");
        }

        if (!isObject
            || json.TextOf("access_token") is not { Length: > 0 and <= CompactToken.MaxLength } token
            || token.AsSpan().ContainsAnyExcept(TokenCharacters))
        {
            return IssuedToken.Failed("its response has no usable access_token");
        }

        if (!string.Equals(json.TextOf("token_type"), "Bearer", StringComparison.OrdinalIgnoreCase)
            || json.TextOf("issued_token_type") is not (null or AccessTokenType or JwtType))
        {
            return IssuedToken.Failed("its response has a token that is not a bearer access token");
        }

        var lifetime = json.TryGetProperty("expires_in"u8, out var expires)
            && expires.ValueKind == JsonValueKind.Number
            && expires.TryGetDouble(out var seconds)
            ? seconds
            : DefaultLifetime;
        return lifetime > 0
            ? new IssuedToken(token, Math.Min(lifetime, LongestLifetime), null)
            : IssuedToken.Failed("its response has a token that has expired");
    }
}
