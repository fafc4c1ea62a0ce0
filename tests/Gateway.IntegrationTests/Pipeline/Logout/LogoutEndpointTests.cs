using System.Text;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Management;
using Gateway.IntegrationTests.Redis;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Logout;

/// <summary>Where logout tokens are taken, what else is sent there, and what happens when the store is down.</summary>
public sealed class LogoutEndpointTests : IClassFixture<LogoutGateway>
{
    private const string Enabled = """{ "ClientIds": ["shop-web"] }""";

    private readonly StandardGateway _parts;

    public LogoutEndpointTests(LogoutGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Theory]
    [InlineData("POST", "/backchannel-logout/nobody", 404)]
    [InlineData("POST", "/backchannel-logout", 404)]
    [InlineData("POST", "/backchannel-logout/shop/", 404)]
    [InlineData("POST", "/backchannel-logout/shop/more", 404)]
    [InlineData("POST", "/BackChannel-Logout/nobody", 404)]
    [InlineData("GET", "/backchannel-logout/shop", 405)]
    [InlineData("PUT", "/backchannel-logout/shop", 405)]
    [InlineData("POST", "/backchannel-logout//shop", 400)]
    [InlineData("POST", "/x/..%2fbackchannel-logout/shop", 400)]
    public async Task Nothing_below_the_path_reaches_a_route(string method, string path, int status)
    {
        var form = $"logout_token={_parts.Issuer.Token().AsLogout().Build()}";
        var answer = await RawHttp.SendAsync(
            _parts.Gateway.Address,
            $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
                $"{form.Length}\r\nConnection: close\r\n\r\n{form}");

        RawHttp.StatusOf(answer).ShouldBe(status);
        answer.ShouldContain("application/problem+json");
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("application/json", """{ "logout_token": "x" }""")]
    [InlineData("application/x-www-form-urlencoded", "")]
    [InlineData("application/x-www-form-urlencoded", "token=x")]
    [InlineData("application/x-www-form-urlencoded", "logout_token=x&logout_token=x")]
    [InlineData("application/x-www-form-urlencoded", "%%%=%&&&==&logout_token=")]
    public async Task Body_without_one_logout_token_is_a_bad_request(string type, string body)
    {
        (await PostAsync(type, body)).ShouldBe(400);
    }

    [Fact]
    public async Task Large_body_is_rejected_unread()
    {
        (await PostAsync("application/x-www-form-urlencoded", $"logout_token={new string('x', 40_000)}")).ShouldBe(400);
        (await PostAsync("application/x-www-form-urlencoded", string.Concat(Enumerable.Repeat("a=b&", 5000)) + "logout_token=x")).ShouldBe(400);
    }

    [Fact]
    public async Task Without_the_setting_there_is_no_such_path()
    {
        await using var parts = await StandardGateway.StartAsync(
            configuration => configuration.With("ReverseProxy:Routes:all", TestGateway.Route("Anonymous", "/backchannel-logout/{**rest}")));
        using var answer = await parts.Gateway.Client.PostAsync(new Uri(LogoutCalls.Path, UriKind.Relative), null);

        ((int)answer.StatusCode).ShouldBe(200);
        parts.Destination.Last.Target.ShouldBe(LogoutCalls.Path);
    }

    [Fact]
    public async Task Only_the_issuer_of_the_path_is_heard()
    {
        await using var other = await FakeIssuer.StartAsync();
        await using var parts = await StandardGateway.StartAsync(configuration => configuration
            .With("Gateway:Issuers:shop:BackChannelLogout", Enabled)
            .With(
                "Gateway:Issuers:other",
                $$"""{ "Issuer": "{{other.Issuer}}", "Audiences": ["shop-api"], "Keys": { "Discovery": true }, "BackChannelLogout": {{Enabled}} }""")
            .With(
                "Gateway:Issuers:silent",
                """{ "Issuer": "http://silent.example", "Audiences": ["shop-api"], "Keys": { "Discovery": true }, "Required": false }"""));
        var token = other.Token().AsLogout().Build();

        (await parts.Gateway.LogOutAsync(token)).ShouldBeRejected("unknown_issuer.");
        (await parts.Gateway.LogOutAsync(token, "/backchannel-logout/silent")).Status.ShouldBe(404);
        (await parts.Gateway.LogOutAsync(token, "/backchannel-logout/OTHER")).Status.ShouldBe(200);
        await parts.Gateway.UntilAsync(other.Token().Build(), 401);
        await parts.Gateway.ShouldAnswerAsync(parts.Issuer.Token().Build(), 200);
    }

    [Fact]
    public async Task Issuer_of_a_template_ends_its_own_sessions()
    {
        await using var issuer = await FakeIssuer.StartAsync("/realms/a");
        await using var parts = await StandardGateway.StartAsync(configuration => configuration.With("Gateway:Issuers:realms", $$"""
            { "Issuer": "{{issuer.Address}}/realms/{realm}", "Template": { "AnyOf": ["a"] }, "Audiences": ["shop-api"], "Keys": { "Discovery": true }, "BackChannelLogout": {{Enabled}} }
            """));
        await parts.Gateway.ShouldAnswerAsync(issuer.Token().Build(), 200);

        (await parts.Gateway.LogOutAsync(issuer.Token().AsLogout().Build(), "/backchannel-logout/realms")).Status.ShouldBe(200);

        await parts.Gateway.UntilAsync(issuer.Token().Build(), 401);
    }

    [Fact]
    public async Task Session_alone_is_ended_where_access_tokens_carry_it()
    {
        await using var parts = await StandardGateway.StartAsync(
            configuration =>
                configuration.With("Gateway:Issuers:shop:BackChannelLogout", """{ "ClientIds": ["shop-web"], "SessionOnly": true }"""));
        var phone = parts.Issuer.Token().With("sid", "phone").Build();
        var laptop = parts.Issuer.Token().With("sid", "laptop").Build();

        (await parts.Gateway.LogOutAsync(parts.Issuer.Token().AsLogout(session: "phone").Build())).Status.ShouldBe(200);

        await parts.Gateway.UntilAsync(phone, 401);
        await parts.Gateway.ShouldAnswerAsync(laptop, 200);
        // Without a session it is the subject that logs out, everywhere.
        (await parts.Gateway.LogOutAsync(parts.Issuer.Token().AsLogout(session: null).Build())).Status.ShouldBe(200);
        await parts.Gateway.UntilAsync(laptop, 401);
    }

    [Fact]
    public async Task Rejection_tells_the_public_nothing()
    {
        await using var parts = await StandardGateway.StartAsync(configuration => configuration
            .With("Gateway:Issuers:shop:BackChannelLogout", Enabled)
            .With("Gateway:Errors:Detailed", JsonValue.Create(false)));
        var replayed = parts.Issuer.Token().AsLogout().Build();
        (await parts.Gateway.LogOutAsync(replayed)).Status.ShouldBe(200);

        foreach (var token in new[] { replayed, "x", parts.Issuer.Token().Build(), parts.Issuer.Token().AsLogout("other").Build() })
        {
            (await parts.Gateway.LogOutAsync(token)).Error!.ToJsonString().ShouldBe(
                """{"error":"invalid_request","error_description":"The logout token is not valid."}""");
        }

        parts.Gateway.Logs.Lines.ShouldNotContain(line => line.Contains(replayed, StringComparison.Ordinal)
            || line.Contains("alice", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Logout_that_cannot_be_kept_fails_and_the_same_token_may_come_again()
    {
        await using var all = await RedisGateways.StartAsync(
            1,
            configuration =>
                configuration.With("Gateway:Issuers:shop:BackChannelLogout", Enabled).With(
                    "Gateway:Revocation:MaxStaleness", JsonValue.Create("00:01:00")));
        var (logout, access) = (all.Issuer.Token().AsLogout().Build(), all.Issuer.Token().Build());
        await all[0].ShouldAnswerAsync(access, 200);
        await all.Redis.KillAsync();

        (await all[0].LogOutAsync(logout)).ShouldBeRejected("send the same token again.", "temporarily_unavailable");

        await all.Redis.RestartAsync();
        await Eventually.TrueAsync(async () => (await all[0].LogOutAsync(logout)).Status == 200, "the store is back");
        await all[0].UntilAsync(access, 401);
    }

    private async Task<int> PostAsync(string type, string body)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await _parts.Gateway.Client.PostAsync(new Uri(LogoutCalls.Path, UriKind.Relative), content);
        answer.Raw("Cache-Control").ShouldBe("no-store");
        (await answer.Content.ReadAsStringAsync()).ShouldContain("\"error\":\"invalid_request\"");
        _parts.Destination.Received.ShouldBeEmpty();
        return (int)answer.StatusCode;
    }
}
