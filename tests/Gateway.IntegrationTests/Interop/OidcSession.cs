using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Web;

namespace Gateway.IntegrationTests.Interop;

/// <summary>A browser in which alice logs in at the npm oidc-provider and logs out again.</summary>
internal sealed partial class OidcSession : IDisposable
{
    private const string Callback = "https://shop-web.example/callback";

    private readonly HttpClient _browser = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });
    private readonly Dictionary<string, string> _cookies = [];
    private readonly JsonNode _provider;
    private string _idToken = "";

    private OidcSession(JsonNode provider) => _provider = provider;

    public string AccessToken { get; private set; } = "";

    private string Issuer => _provider["issuer"]!.GetValue<string>();

    private string ClientId => _provider["webClientId"]!.GetValue<string>();

    /// <param name="provider">The first line that the provider printed.</param>
    public static async Task<OidcSession> LogInAsync(JsonNode provider)
    {
        var session = new OidcSession(provider);
        var place =
            $"{session.Issuer}/auth?response_type=code&client_id={session.ClientId}&scope=openid%20orders:read&redirect_uri={Uri.EscapeDataString(Callback)}";
        for (var steps = 0; !place.StartsWith(Callback, StringComparison.Ordinal); steps++)
        {
            steps.ShouldBeLessThan(10, "the provider sends the browser round in circles");
            using var step = await session.SendAsync(new HttpRequestMessage(HttpMethod.Get, place));
            var next = step.Headers.Location ?? throw new InvalidOperationException(await step.Content.ReadAsStringAsync());
            place = new Uri(new Uri(place), next).ToString();
        }

        var answer = await session.PostAsync($"{session.Issuer}/token", HttpStatusCode.OK, new()
        {
            ["grant_type"] = "authorization_code",
            ["code"] = HttpUtility.ParseQueryString(new Uri(place).Query)["code"] ?? throw new InvalidOperationException(place),
            ["redirect_uri"] = Callback,
            ["client_id"] = session.ClientId,
            ["client_secret"] = provider["clientSecret"]!.GetValue<string>(),
        });
        session._idToken = JsonNode.Parse(answer)!["id_token"]!.GetValue<string>();
        session.AccessToken = JsonNode.Parse(answer)!["access_token"]!.GetValue<string>();
        return session;
    }

    /// <summary>RP-initiated logout, with the click on "yes".</summary>
    public async Task LogOutAsync()
    {
        using var question = await SendAsync(new HttpRequestMessage(HttpMethod.Get, $"{Issuer}/session/end?id_token_hint={_idToken}"));
        var page = await question.Content.ReadAsStringAsync();
        await PostAsync(
            $"{Issuer}/session/end/confirm", HttpStatusCode.SeeOther,
            new() { ["xsrf"] = Xsrf.Match(page).Groups[1].Value, ["logout"] = "yes" });
    }

    public void Dispose() => _browser.Dispose();

    private async Task<string> PostAsync(string address, HttpStatusCode status, Dictionary<string, string> fields)
    {
        using var response =
            await SendAsync(new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(fields) });
        var body = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(status, body);
        return body;
    }

    // The framework's container drops cookies for paths that are not below the one that sets them, which browsers keep (RFC 6265).
    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            request.Headers.TryAddWithoutValidation("Cookie", string.Join("; ", _cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
            var response = await _browser.SendAsync(request);
            foreach (var cookie in response.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
            {
                var pair = cookie.Split(';')[0].Split('=', 2);
                _cookies[pair[0]] = pair[1];
            }

            return response;
        }
    }

    [GeneratedRegex("name=\"xsrf\" value=\"([^\"]+)\"")]
    private static partial Regex Xsrf { get; }
}
