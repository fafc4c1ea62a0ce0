using System.Net;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Management;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Redis;

/// <summary>While the revocation store is down, administrators can read /admin with the last known list and change nothing.</summary>
public sealed class AdministrationOutageTests : IAsyncLifetime
{
    private RedisGateways _all = null!;

    private string Admin => _all.Issuer.Token().With("scope", "gateway:admin").With("jti", "admin").Build();

    public async ValueTask InitializeAsync()
    {
        _all = await RedisGateways.StartAsync(1, configuration => configuration
            .With("Gateway:Policies:admins", """{ "Scopes": { "All": ["gateway:admin"] } }""")
            .With("Gateway:Management:Policy", JsonValue.Create("admins"))
            .With("Gateway:Revocation:MaxStaleness", JsonValue.Create("00:00:01")));
        await RedisGateways.UntilAsync(_all[0], Admin, HttpStatusCode.OK);
    }

    public ValueTask DisposeAsync() => _all.DisposeAsync();

    [Fact]
    public async Task Page_and_json_are_open_and_say_that_the_list_is_old_and_writes_have_their_own_503()
    {
        (await GetAsync("/admin/config", Admin)).Answer.Headers.Contains("Gateway-Revocation-List").ShouldBeFalse();
        await _all.AppendAsync("jti", "revoked-admin");
        var revoked = _all.Issuer.Token().With("scope", "gateway:admin").With("jti", "revoked-admin").Build();
        await RedisGateways.UntilAsync(_all[0], revoked, HttpStatusCode.Unauthorized);

        await _all.Redis.KillAsync();
        await RedisGateways.UntilAsync(_all[0], Admin, HttpStatusCode.ServiceUnavailable);

        foreach (var path in (string[])["/admin", "/admin/config", "/admin/issuers"])
        {
            var (answer, _) = await GetAsync(path, Admin);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            answer.Raw("Gateway-Revocation-List").ShouldNotBeNull().ShouldMatch("^stale; age=[0-9]+$");
        }

        (await GetAsync("/admin", Admin)).Body.ShouldContain("rests on the last known list");
        var revocations = JsonNode.Parse((await GetAsync("/admin/config", Admin)).Body)!["revocations"]!;
        revocations["isStale"]!.GetValue<bool>().ShouldBeTrue();
        revocations["entries"]!.GetValue<int>().ShouldBe(1);
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("token", Admin)]);
        using var client = new HttpClient { BaseAddress = new Uri(_all[0].ManagementAddress) };
        using var signedIn = await client.PostAsync(new Uri("/admin", UriKind.Relative), form);
        signedIn.StatusCode.ShouldBe(HttpStatusCode.OK);

        var write = await _all[0].RevokeAsync("""{ "kind": "sub", "value": "trent" }""", Admin);
        write.ShouldBeUnavailable();
        write.Description.ShouldNotBeNull().ShouldContain("older than MaxStaleness");
        (await _all[0].RestoreAsync("?kind=jti&value=revoked-admin", Admin)).ShouldBeUnavailable();
        (await SendAsync(HttpMethod.Post, "/admin/issuers/shop/refresh", Admin)).Answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await SendAsync(HttpMethod.Post, "/admin/explain", Admin, """{ "token": "x", "route": "private" }""")).Answer.StatusCode.ShouldBe(HttpStatusCode.OK);

        // The last known list still rejects revoked tokens, and the outage grants no permission.
        (await GetAsync("/admin/config", revoked)).Answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await GetAsync("/admin/config", _all.Issuer.Token().Build())).Answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await GetAsync("/admin/config", null)).Answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        await _all.Redis.RestartAsync();
        await Eventually.TrueAsync(
            async () => (await _all[0].RevokeAsync("""{ "kind": "sub", "value": "trent" }""", Admin)).Status == 200,
            "writes are taken again");
        (await GetAsync("/admin", Admin)).Body.ShouldNotContain("last known list");
    }

    [Fact]
    public async Task Replica_that_never_read_the_list_rejects_administrators()
    {
        await _all.Redis.KillAsync();

        var gateway = await _all.AddAsync(waitUntilReady: false);

        var (answer, _) = await SendAsync(HttpMethod.Get, "/admin/config", Admin, null, gateway);
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    private Task<(HttpResponseMessage Answer, string Body)> GetAsync(string path, string? token) => SendAsync(HttpMethod.Get, path, token);

    private async Task<(HttpResponseMessage Answer, string Body)> SendAsync(
        HttpMethod method, string path, string? token, string? json = null, TestGateway? gateway = null)
    {
        using var client = new HttpClient { BaseAddress = new Uri((gateway ?? _all[0]).ManagementAddress) };
        using var request = TestGateway.Request(method, path, token);
        request.Content = json is null ? null : new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        var answer = await client.SendAsync(request);
        return (answer, await answer.Content.ReadAsStringAsync());
    }
}
