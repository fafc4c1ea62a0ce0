using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Revocation;
using Gateway.Sandbox;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Sandbox;

/// <summary>What the sandbox's issuer does beyond the printed calls.</summary>
public sealed class DevelopmentIssuerTests : IAsyncLifetime
{
    private const string Exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    private const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";

    private readonly ConcurrentQueue<RevocationEntry> _revoked = new();
    private readonly HttpClient _client = new();
    private DevelopmentIssuer _issuer = null!;

    public async ValueTask InitializeAsync()
    {
        var port = RedisServer.FreePort();
        _client.BaseAddress = new Uri($"http://localhost:{port}");
        _issuer = new DevelopmentIssuer(port, TimeProvider.System, (entries, _) =>
        {
            entries.ToList().ForEach(_revoked.Enqueue);
            return ValueTask.CompletedTask;
        });
        await _issuer.StartAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Refresh_token_works_once_and_its_second_use_ends_the_session()
    {
        var first = await SignInAsync();
        var second = await RefreshAsync(first, HttpStatusCode.OK);

        var reused = await RefreshAsync(first, HttpStatusCode.BadRequest);
        var successor = await RefreshAsync(second, HttpStatusCode.BadRequest);

        Text(reused, "error").ShouldBe("invalid_grant");
        Text(successor, "error").ShouldBe("invalid_grant");
        _revoked.ShouldContain(entry => entry.Kind == RevocationKind.Sid && entry.Reason == "refresh token reuse");
    }

    [Fact]
    public async Task Logout_ends_introspection_and_exchange_of_the_sessions_tokens()
    {
        var token = Text(await SignInAsync(), "access_token");
        var before = await PostAsync("/introspect", HttpStatusCode.OK, "shop-api:shop-secret", ("token", token));
        var exchanged = await ExchangeAsync(token, HttpStatusCode.OK);

        using var logout = new HttpRequestMessage(HttpMethod.Post, "/logout");
        logout.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var done = await _client.SendAsync(logout);

        done.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        before["active"]!.GetValue<bool>().ShouldBeTrue();
        Text(before, "iss").ShouldBe(_client.BaseAddress!.ToString().TrimEnd('/'));
        Text(exchanged, "issued_token_type").ShouldBe(AccessTokenType);
        var after = await PostAsync("/introspect", HttpStatusCode.OK, "shop-api:shop-secret", ("token", token));
        after["active"]!.GetValue<bool>().ShouldBeFalse();
        Text(await ExchangeAsync(token, HttpStatusCode.BadRequest), "error").ShouldBe("invalid_grant");
    }

    [Theory]
    [InlineData("sandbox-service:wrong", "client_credentials", HttpStatusCode.Unauthorized, "invalid_client")]
    [InlineData("sandbox-service:sandbox-secret", "password", HttpStatusCode.BadRequest, "unauthorized_client")]
    public async Task Client_with_a_wrong_secret_or_another_clients_grant_gets_no_token(
        string client, string grantType, HttpStatusCode status, string error)
    {
        var answer = await PostAsync(
            "/token", status, client, ("grant_type", grantType), ("username", "alice"), ("password", "wonderland"));

        Text(answer, "error").ShouldBe(error);
    }

    public async ValueTask DisposeAsync()
    {
        await _issuer.DisposeAsync();
        _client.Dispose();
    }

    private Task<JsonNode> SignInAsync() => PostAsync(
        "/token", HttpStatusCode.OK, null,
        ("grant_type", "password"), ("client_id", "sandbox-web"), ("username", "alice"), ("password", "wonderland"));

    private Task<JsonNode> RefreshAsync(JsonNode answer, HttpStatusCode status) => PostAsync(
        "/token", status, null,
        ("grant_type", "refresh_token"), ("client_id", "sandbox-web"), ("refresh_token", Text(answer, "refresh_token")));

    private Task<JsonNode> ExchangeAsync(string token, HttpStatusCode status) => PostAsync(
        "/token", status, "shop-api:shop-secret",
        ("grant_type", Exchange), ("subject_token", token), ("subject_token_type", AccessTokenType));

    private async Task<JsonNode> PostAsync(string path, HttpStatusCode status, string? client, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        if (client is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(client)));
        }

        using var response = await _client.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(status, body);
        return JsonNode.Parse(body)!;
    }

    private static string Text(JsonNode answer, string member) => answer[member]!.GetValue<string>();
}
